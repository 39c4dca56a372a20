import { MINUTE_MS } from '#organism/durations.ts';
import type { EventDraft } from '#organism/event.ts';
import type { TokenClasses } from '#organism/tokens.ts';
import { TOKEN_CLASSES, ZERO_TOKENS, subtractTokens, totalTokens } from '#organism/tokens.ts';

import {
  agentDraft,
  clip,
  errorDraft,
  factsOnce,
  messageDraft,
  repeatable,
  threadDraft,
} from '../drafts.ts';
import { hourField, hourWrites } from '../hour-writes.ts';
import { filled, whole } from '../plain-values.ts';
import type { WireDetail, WireThread, WireTokens, WireToolCall } from './wire.ts';

/** Calls in flight are hidden over there: a thread that ended this long ago has ended. */
const SETTLED_MS = 10 * MINUTE_MS;
const CLIENT_TOOL = 'client-tool';

/** What a thread has used, and how much of its cache writes is kept for an hour. */
export interface ThreadTotal extends TokenClasses {
  readonly cacheWrite1h: number;
}

/** What a client does, as far as its newest thread tells: calls under way are not shown. */
const AGENT_STATES = { active: 'processing', completed: 'idle', error: 'error' } as const;

/** The totals of threads as they were last read; usage is what came since. */
export type Baselines = ReadonlyMap<string, ThreadTotal>;

const NOTHING: ThreadTotal = { ...ZERO_TOKENS, cacheWrite1h: 0 };

export interface DetailReading {
  readonly drafts: EventDraft[];
  /** Of every thread in it. */
  readonly totals: Map<string, ThreadTotal>;
}

/** Two people may have sessions of one id. */
export function sessionKey({ id, initiator }: Pick<WireDetail, 'id' | 'initiator'>): string {
  return clip(`${initiator.id}/${id}`);
}

/** Whether what ended then has ended for good. */
export function isSettled(endAt: number | null | undefined, now: number): boolean {
  return endAt != null && now - endAt > SETTLED_MS;
}

/** The agent: a client program in someone's hands. */
export function clientOf({ client, initiator }: Pick<WireDetail, 'client' | 'initiator'>): string {
  return clip(`${client ?? 'Unknown'} @ ${initiator.username ?? initiator.id}`);
}

export function detailDrafts(detail: WireDetail, baselines: Baselines, now: number): DetailReading {
  const user = clip(detail.initiator.username ?? detail.initiator.id);
  const agent = clientOf(detail);
  const totals = new Map<string, ThreadTotal>();
  const drafts: EventDraft[] = [];
  for (const thread of detail.threads) {
    const total = tokensOf(thread.token_usage);
    totals.set(thread.id, total);
    const place: Place = {
      thread,
      agent,
      user,
      conversation: sessionKey(detail),
      startAt: thread.started_at ?? now,
      now,
    };
    drafts.push(...threadDrafts(place), ...messageDrafts(place));
    const before = baselines.get(thread.id) ?? NOTHING;
    const usage = usageDraft(place, total, before);
    if (usage !== null) drafts.push(usage);
  }
  return { drafts: factsOnce(drafts), totals };
}

interface Place {
  readonly thread: WireThread;
  readonly agent: string;
  readonly user: string;
  readonly conversation: string;
  readonly startAt: number;
  readonly now: number;
}

function threadDrafts({ thread, agent, user, conversation, startAt, now }: Place): EventDraft[] {
  const threadId = clip(thread.id);
  const endAt = thread.ended_at ?? null;
  const hasFailed = (filled(thread.error_type) ?? filled(thread.error_message)) !== null;
  const status = hasFailed ? 'error' : isSettled(endAt, now) ? 'completed' : 'active';
  const drafts: EventDraft[] = [
    agentDraft(agent, startAt),
    agentDraft(user, startAt, { isAgent: false }),
    threadDraft(threadId, startAt, conversation),
    {
      type: 'thread_updated',
      key: `thread-state:${threadId}:${status}:${endAt ?? ''}`,
      occurredAt: endAt ?? startAt,
      threadId,
      status,
      ...(endAt === null ? {} : { lastActivity: endAt }),
    },
    {
      type: 'agent_state',
      key: `agent-state:${threadId}:${status}:${endAt ?? ''}`,
      occurredAt: endAt ?? startAt,
      agent,
      state: AGENT_STATES[status],
      currentThread: status === 'completed' ? null : threadId,
    },
  ];
  if (hasFailed) {
    const text = thread.error_message ?? thread.error_type ?? 'The thread failed';
    drafts.push(
      errorDraft({ key: `error:${threadId}`, at: endAt ?? startAt, threadId, agent, text }),
    );
  }
  return drafts;
}

function messageDrafts(place: Place): EventDraft[] {
  const { thread, agent, user, startAt } = place;
  const threadId = clip(thread.id);
  const drafts: EventDraft[] = [];
  if (filled(thread.prompt) !== null) {
    const ends = { threadId, from: user, to: agent, payloadType: 'prompt' };
    const payload = { prompt: thread.prompt };
    drafts.push(messageDraft({ key: `prompt:${threadId}`, at: startAt, ...ends, payload }));
  }
  for (const [index, action] of thread.agentic_actions.entries()) {
    const firstCallAt = action.tool_calls[0]?.created_at ?? startAt;
    for (const [part, { text }] of action.thinking.entries()) {
      if (filled(text) === null) continue;
      const key = `thinking:${threadId}:${index}:${part}`;
      const ends = { threadId, from: agent, to: agent, payloadType: 'thinking' };
      drafts.push(messageDraft({ key, at: firstCallAt, ...ends, payload: { text } }));
    }
    for (const [part, call] of action.tool_calls.entries()) {
      drafts.push(...toolDrafts(call, `${threadId}:${index}:${part}`, place));
    }
  }
  return drafts.map(repeatable);
}

function toolDrafts(
  call: WireToolCall,
  position: string,
  { thread, agent, startAt }: Place,
): EventDraft[] {
  const at = call.created_at ?? startAt;
  const server = clip(filled(call.server_url) ?? CLIENT_TOOL);
  return [
    agentDraft(server, at, { isAgent: false }),
    messageDraft({
      key: `tool:${clip(filled(call.id) ?? position)}`,
      at,
      threadId: clip(thread.id),
      from: agent,
      to: server,
      payloadType: 'tool_call',
      payload: { tool: call.tool, input: parsed(call.input), injected: call.injected ?? false },
    }),
  ];
}

/** What a thread used since it was last read. A total that fell is a new count, not a refund. */
function usageDraft(
  { thread, agent, user, conversation, startAt }: Place,
  total: ThreadTotal,
  before: ThreadTotal,
): EventDraft | null {
  const isReset = TOKEN_CLASSES.some((name) => total[name] < before[name]);
  const base = isReset ? NOTHING : before;
  const tokens = subtractTokens(total, base);
  if (totalTokens(tokens) === 0) return null;
  const { inputFresh, cacheRead, cacheWrite, outputVisible } = total;
  const reading = `${inputFresh}:${cacheRead}:${cacheWrite}:${outputVisible}`;
  return {
    type: 'usage',
    key: `usage:${clip(thread.id)}:${reading}`,
    occurredAt: thread.ended_at ?? startAt,
    id: clip(thread.id),
    threadId: clip(thread.id),
    agent,
    model: clip(thread.model ?? ''),
    provider: clip(thread.provider ?? ''),
    org: null,
    user,
    tokens,
    ...hourField(total.cacheWrite1h - base.cacheWrite1h, tokens.cacheWrite),
    notReported: ['reasoning'],
    latencyMs: null,
    reportedCostNanos: null,
    metadata: { session: conversation },
  };
}

/** The cache lies beside the input; reasoning is inside the output and not told apart. */
export function tokensOf(wire: WireTokens): ThreadTotal {
  return {
    inputFresh: whole(wire?.input_tokens),
    cacheRead: whole(wire?.cache_read_input_tokens),
    cacheWrite: whole(wire?.cache_write_input_tokens),
    outputVisible: whole(wire?.output_tokens),
    reasoning: 0,
    cacheWrite1h: hourWrites(wire?.metadata),
  };
}

function parsed(input: string | null | undefined): unknown {
  const json = filled(input);
  if (json === null) return null;
  try {
    const value: unknown = JSON.parse(json);
    return value;
  } catch {
    return json;
  }
}
