import type { EventDraft } from '#organism/event.ts';

import { USER, clip } from '../drafts.ts';
import { cutTexts } from '../session-files/cut-texts.ts';
import {
  CLAUDE_CODE,
  answerKey,
  promptKey,
  toolCallKey,
  toolErrorKey,
  toolResultKey,
} from './keys.ts';
import type { Place } from './transcript-place.ts';
import { errorAt, rawAt, sayAt, stateAt, toolAt } from './transcript-place.ts';
import type { Block, TranscriptLine } from './transcript-wire.ts';
import { textOfBlocks } from './transcript-wire.ts';

/** What is said in one line of a transcript, as drafts: pure. */

/** What the lines before it said. */
export interface Memory {
  /** A result names its call only. */
  noteTool(callId: string, tool: string): void;
  toolOf(callId: string): string | null;
  /** Whether the key, which other wires have too, is this line's: the first to ask has it. */
  isFirst(key: string, line: string): boolean;
}

const INTERRUPTED = /^\[Request interrupted by user/;
/** Where an answer says that the agent goes on by itself. */
const GOES_ON: ReadonlySet<string> = new Set(['tool_use', 'pause_turn']);

/** A line of the user: a prompt, results of tools, or both. */
export function userDrafts(place: Place, line: TranscriptLine, memory: Memory): EventDraft[] {
  const content = line.message?.content ?? '';
  const blocks = typeof content === 'string' ? [] : content;
  const results = blocks.filter(({ type }) => type === 'tool_result');
  const said = textOfBlocks(content);
  const drafts = results.flatMap((block) => resultDrafts(place, block, memory));
  if (INTERRUPTED.test(said)) {
    return [
      ...drafts,
      errorAt(place, 'interrupted by the user', 'warning'),
      ...stateAt(place, 'idle'),
    ];
  }
  const attached = blocks.filter(({ type }) => type !== 'tool_result' && type !== 'text');
  if (said === '' && attached.length === 0) return drafts;
  const attachments = attached.map(({ type }) => type);
  const payload = {
    prompt: cutTexts(said),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
  const payloadType = promptType(line);
  const shared = line.promptId == null ? null : promptKey(place.session, line.promptId);
  const isShared = shared !== null && payloadType === 'prompt' && memory.isFirst(shared, place.key);
  const key = isShared ? shared : `${place.key}:prompt`;
  const from = place.isChild ? CLAUDE_CODE : USER;
  drafts.push(sayAt(place, { key, from, to: place.agent, payloadType, payload }));
  return payloadType === 'prompt' ? [...drafts, ...stateAt(place, 'processing')] : drafts;
}

export function promptType({ isMeta, isCompactSummary }: TranscriptLine): string {
  if (isCompactSummary === true) return 'summary';
  return isMeta === true ? 'context' : 'prompt';
}

function resultDrafts(place: Place, block: Block, memory: Memory): EventDraft[] {
  const { session, agent, key } = place;
  const id = block.tool_use_id ?? null;
  const tool = (id === null ? null : memory.toolOf(id)) ?? 'tool';
  const isError = block.is_error === true;
  const result = cutTexts(withoutBytes(block.content ?? null));
  const said = sayAt(place, {
    key: id === null ? `${key}:result` : toolResultKey(session, id),
    from: tool,
    to: agent,
    payloadType: 'tool_result',
    payload: { id, result, isError },
  });
  if (!isError) return [toolAt(place, tool), said];
  const words = `${tool}: ${textOfBlocks(block.content) || 'it failed'}`;
  const errorKey = id === null ? `${key}:error` : toolErrorKey(session, id);
  return [toolAt(place, tool), said, errorAt(place, words, 'warning', errorKey)];
}

/** A line of the model's answer: usually one block of it. */
export function assistantDrafts(place: Place, line: TranscriptLine, memory: Memory): EventDraft[] {
  const content = line.message?.content ?? '';
  if (line.isApiErrorMessage === true) {
    return [
      errorAt(place, textOfBlocks(content) || 'The model call failed'),
      ...stateAt(place, 'error'),
    ];
  }
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  const drafts = blocks.flatMap((block, index) =>
    blockDrafts({ ...place, key: index === 0 ? place.key : `${place.key}:${index}` }, block, {
      line,
      memory,
    }),
  );
  const stop = line.message?.stop_reason ?? null;
  const hasEnded = stop !== null && !GOES_ON.has(stop);
  return hasEnded ? [...drafts, ...stateAt(place, 'idle')] : drafts;
}

function blockDrafts(
  place: Place,
  block: Block,
  { line, memory }: { readonly line: TranscriptLine; readonly memory: Memory },
): EventDraft[] {
  const { session, agent } = place;
  const to = place.isChild ? CLAUDE_CODE : USER;
  switch (block.type) {
    case 'text': {
      const payload = { text: cutTexts(block.text ?? '') };
      const shared = line.requestId == null ? null : answerKey(session, line.requestId);
      const isShared = shared !== null && memory.isFirst(shared, place.key);
      const key = isShared ? shared : `${place.key}:text`;
      return [sayAt(place, { key, from: agent, to, payloadType: 'completion', payload })];
    }
    case 'thinking': {
      const text = block.thinking ?? '';
      if (text === '') return [];
      const payload = { text: cutTexts(text) };
      return [
        sayAt(place, {
          key: `${place.key}:thinking`,
          from: agent,
          to,
          payloadType: 'reasoning',
          payload,
        }),
      ];
    }
    case 'redacted_thinking':
      return [];
    case 'tool_use':
    case 'server_tool_use':
      return callDrafts(place, block, memory);
    default:
      return [rawAt(place, `block.${block.type}`, cutTexts(block))];
  }
}

function callDrafts(place: Place, block: Block, memory: Memory): EventDraft[] {
  const tool = clip(block.name ?? 'tool');
  const id = block.id ?? null;
  if (id !== null) memory.noteTool(id, tool);
  return [
    toolAt(place, tool),
    sayAt(place, {
      key: id === null ? `${place.key}:call` : toolCallKey(place.session, id),
      from: place.agent,
      to: tool,
      payloadType: 'tool_call',
      payload: { id, arguments: cutTexts(block.input ?? null) },
    }),
  ];
}

/** Pictures and documents come as they are, in base64: what they are is enough. */
function withoutBytes(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  return content.map((part: unknown) =>
    typeof part === 'object' && part !== null && 'source' in part && 'type' in part
      ? { type: part.type }
      : part,
  );
}
