import { hash } from 'node:crypto';

import { z } from 'zod';

import type { EventDraft } from '#organism/event.ts';

import {
  USER,
  agentDraft,
  clip,
  errorDraft,
  messageDraft,
  organismDraft,
  repeatable,
  threadDraft,
} from '../drafts.ts';
import { anything, number, text } from '../lenient.ts';
import {
  CLAUDE_CODE,
  childName,
  promptKey,
  toolCallKey,
  toolErrorKey,
  toolResultKey,
} from './keys.ts';

/**
 * Claude Code's hook bodies to drafts, pure. Prompts, tool calls and results have the keys that its
 * telemetry gives them too: whichever wire is first tells of them.
 */

const hookSchema = z.looseObject({
  session_id: z.string().min(1),
  hook_event_name: z.string().min(1),
  prompt_id: text,
  cwd: text,
  agent_id: text,
  agent_type: text,
  prompt: text,
  tool_name: text,
  tool_use_id: text,
  tool_input: anything,
  tool_response: anything,
  duration_ms: number,
  error: text,
  reason: text,
  message: text,
  last_assistant_message: text,
});
export type Hook = z.infer<typeof hookSchema>;

/** Null for what is no hook body: it names no session or no event. */
export function readHook(value: unknown): Hook | null {
  return hookSchema.safeParse(value).data ?? null;
}

/** @param at when it arrived, epoch milliseconds: the body has no time of its own */
export function hookDrafts(hook: Hook, at: number): EventDraft[] {
  const session = clip(hook.session_id);
  const root = CLAUDE_CODE;
  const child = hook.agent_id ?? null;
  const agent = child === null ? root : childName(hook.agent_type ?? null, child);
  const place: Place = { hook, at, session, agent };
  return [
    organismDraft(CLAUDE_CODE, at, []),
    agentDraft(root, at),
    ...(agent === root ? [] : [agentDraft(agent, at, { parent: root })]),
    threadDraft(session, at),
    ...eventDrafts(place),
  ];
}

interface Place {
  readonly hook: Hook;
  readonly at: number;
  readonly session: string;
  readonly agent: string;
}

function eventDrafts(place: Place): EventDraft[] {
  const { hook, agent } = place;
  switch (hook.hook_event_name) {
    case 'UserPromptSubmit':
      return [
        state(place, 'processing'),
        say(place, {
          key: promptKey(place.session, hook.prompt_id ?? String(place.at)),
          from: USER,
          to: agent,
          payloadType: 'prompt',
          payload: { prompt: hook.prompt ?? null },
        }),
      ];
    case 'SubagentStart':
      return [state(place, 'processing')];
    case 'PreToolUse':
      return [state(place, 'processing'), ...toolCall(place)];
    case 'PostToolUse':
      return [state(place, 'processing'), ...toolResult(place)];
    case 'PostToolUseFailure':
      return [...toolResult(place), failure(place, 'warning')];
    case 'Notification':
    case 'PermissionRequest':
      return [state(place, 'waiting', hook.message ?? hook.tool_name ?? undefined)];
    case 'Stop':
    case 'SubagentStop':
      return [state(place, 'idle'), ...answer(place)];
    case 'StopFailure':
      return [state(place, 'error'), failure(place, 'error')];
    case 'SessionEnd':
      return [state(place, 'idle'), ended(place)];
    default:
      return [raw(place)];
  }
}

function state({ hook, at, session, agent }: Place, word: string, reason?: string): EventDraft {
  return {
    type: 'agent_state',
    key: clip(`state:${session}:${hook.hook_event_name}:${turn(hook, at)}`),
    occurredAt: at,
    agent,
    state: word,
    currentThread: word === 'idle' ? null : session,
    ...(reason === undefined ? {} : { reason }),
  };
}

function say(
  { at, session }: Place,
  message: Omit<Parameters<typeof messageDraft>[0], 'at' | 'threadId'>,
): EventDraft {
  return repeatable(messageDraft({ ...message, at, threadId: session }));
}

function toolCall(place: Place): EventDraft[] {
  const { hook, agent, at, session } = place;
  const tool = clip(hook.tool_name ?? 'tool');
  return [
    agentDraft(tool, at, { isAgent: false }),
    say(place, {
      key: toolCallKey(session, callId(hook) ?? String(at)),
      from: agent,
      to: tool,
      payloadType: 'tool_call',
      payload: { id: callId(hook), arguments: hook.tool_input ?? null },
    }),
  ];
}

function toolResult(place: Place): EventDraft[] {
  const { hook, agent, at, session } = place;
  const tool = clip(hook.tool_name ?? 'tool');
  return [
    agentDraft(tool, at, { isAgent: false }),
    say(place, {
      key: toolResultKey(session, callId(hook) ?? String(at)),
      from: tool,
      to: agent,
      payloadType: 'tool_result',
      payload: {
        id: callId(hook),
        result: hook.tool_response ?? null,
        durationMs: hook.duration_ms ?? null,
        error: hook.error ?? null,
      },
    }),
  ];
}

function answer(place: Place): EventDraft[] {
  const { hook, agent, session, at } = place;
  const said = hook.last_assistant_message ?? '';
  if (said === '') return [];
  return [
    say(place, {
      key: clip(`stop:${session}:${agent}:${hook.prompt_id ?? at}`),
      from: agent,
      to: USER,
      payloadType: 'completion',
      payload: { text: said },
    }),
  ];
}

function failure({ hook, agent, session, at }: Place, severity: 'warning' | 'error'): EventDraft {
  const said = hook.last_assistant_message ?? hook.error ?? hook.reason ?? 'it failed';
  const what = hook.tool_name ?? null;
  return errorDraft({
    key: toolErrorKey(session, callId(hook) ?? hook.prompt_id ?? String(at)),
    at,
    threadId: session,
    agent,
    text: what === null ? said : `${what}: ${said}`,
    severity,
  });
}

function ended({ hook, at, session }: Place): EventDraft {
  return {
    type: 'thread_updated',
    key: `session-end:${session}:${occasion(hook)}`,
    occurredAt: at,
    threadId: session,
    status: 'completed',
    lastActivity: at,
  };
}

/** One of the many others: kept, and counted. */
function raw({ hook, at, session }: Place): EventDraft {
  const name = clip(hook.hook_event_name);
  return {
    type: 'raw',
    key: clip(`raw:${session}:${name}:${occasion(hook)}`),
    occurredAt: at,
    name,
    payload: hook,
  };
}

/** Words that may come again within one prompt and then mean it again. */
const REPEATED: ReadonlySet<string> = new Set(['Notification', 'PermissionRequest']);

/** Older builds name neither prompt nor call: what they say of two turns may be the same to the letter. */
function turn(hook: Hook, at: number): string {
  const isNamed = hook.prompt_id != null || hook.tool_use_id != null;
  return isNamed && !REPEATED.has(hook.hook_event_name) ? occasion(hook) : String(at);
}

/** The body has no time: the same body again is the same occasion. */
function occasion(hook: Hook): string {
  return hash('sha256', JSON.stringify(hook), 'hex').slice(0, 32);
}

function callId({ tool_use_id: id }: Hook): string | null {
  return id ?? null;
}
