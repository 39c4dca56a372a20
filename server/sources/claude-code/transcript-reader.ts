import { z } from 'zod';

import type { EventDraft } from '#organism/event.ts';
import { parseInstant } from '#organism/instant.ts';

import { USER, agentDraft, clip, organismDraft, repeatable, threadDraft } from '../drafts.ts';
import { cutTexts } from '../session-files/cut-texts.ts';
import type { LineReading } from '../session-files/lines.ts';
import type { UnreadableInput } from '../source.ts';
import type { Call } from './call-schema.ts';
import { callSchema } from './call-schema.ts';
import { callOf, fuller, isSameCall } from './calls.ts';
import { CLAUDE_CODE, childName } from './keys.ts';
import type { Memory } from './transcript-drafts.ts';
import { assistantDrafts, promptType, userDrafts } from './transcript-drafts.ts';
import type { Place } from './transcript-place.ts';
import { errorAt, rawAt, sayAt } from './transcript-place.ts';
import type { TranscriptLine } from './transcript-wire.ts';
import { textOfBlocks } from './transcript-wire.ts';

/**
 * Lines of one transcript to drafts and calls to bill: a pure function of the lines and of what the
 * file said before them. Keys are made of the ids that each line has.
 */

/** What is known of a file between two readings. */
export const fileStateSchema = z.object({
  /** Lines read. */
  lines: z.number().int().min(0),
  /** Of the last line that had one; before it, of the file's name. */
  session: z.string(),
  /** The session that drafts have told of. */
  toldSession: z.string().nullable(),
  toldAgents: z.array(z.string()),
  /** Of the last line that had one, epoch milliseconds. */
  at: z.number(),
  /** Of the sub-agent that a file of its own is about. */
  agentKind: z.string().nullable(),
  /** Calls that may not be told to their end, by agent. */
  open: z.record(z.string(), callSchema),
  /** Requests answered lately, and the message that was the answer. */
  answered: z.array(z.tuple([z.string(), z.string()])).default([]),
  /** Tools called lately, by call. */
  tools: z.array(z.tuple([z.string(), z.string()])),
  /** Keys told lately that other wires have too, and the line that has each. */
  shared: z.array(z.tuple([z.string(), z.string()])),
  /** Of older builds, whose sub-agents have no id: the chain that a line belongs to, by line. */
  chains: z.array(z.tuple([z.string(), z.string()])),
});
export type FileState = z.infer<typeof fileStateSchema>;

/** Bounds of what a file is remembered by. The oldest go first. */
const MAX_TOOLS = 200;
const MAX_SHARED = 50;
const MAX_CHAINS = 200;
const MAX_AGENTS = 200;
const MAX_OPEN = 50;
const MAX_ANSWERED = 50;
const CHAIN_ID_CHARS = 8;

export function newFile(session: string, agentKind: string | null, at: number): FileState {
  return {
    lines: 0,
    session: clip(session),
    toldSession: null,
    toldAgents: [],
    at,
    agentKind,
    open: {},
    answered: [],
    tools: [],
    shared: [],
    chains: [],
  };
}

export interface TranscriptReading {
  readonly state: FileState;
  readonly drafts: EventDraft[];
  /** Calls that are told to their end. */
  readonly calls: Call[];
  readonly rejects: UnreadableInput[];
}

export function readTranscriptLines(
  lines: readonly LineReading<TranscriptLine>[],
  known: FileState,
): TranscriptReading {
  const state = structuredClone(known);
  const fold: Fold = { state, drafts: [], calls: [], rejects: [], memory: memoryOf(state) };
  for (const reading of lines) {
    state.lines += 1;
    if (reading.kind === 'unreadable') fold.rejects.push(reading.reject);
    if (reading.kind === 'line') take(fold, reading.line);
  }
  return fold;
}

/** Bills what nothing more is written of. */
export function settleCalls(state: FileState): {
  readonly state: FileState;
  readonly calls: Call[];
} {
  return { state: { ...state, open: {} }, calls: Object.values(state.open) };
}

interface Fold extends TranscriptReading {
  readonly memory: Memory;
}

/** Other files repeat lines of earlier sessions, and other wires what is said in them. */
function put({ drafts }: Fold, made: readonly EventDraft[]): void {
  for (const draft of made) drafts.push(repeatable(draft));
}

function take(fold: Fold, line: TranscriptLine): void {
  const { state } = fold;
  state.at = parseInstant(line.timestamp ?? '') ?? state.at;
  if (line.sessionId != null && line.sessionId !== '') state.session = clip(line.sessionId);
  const child = childOf(state, line);
  const place: Place = {
    session: state.session,
    agent: child ?? CLAUDE_CODE,
    isChild: child !== null,
    at: state.at,
    key: `line:${line.uuid ?? `${state.session}:${state.lines}`}`,
  };
  introduce(fold, place, line);
  switch (line.type) {
    case 'user':
      if (isPrompt(line)) settle(fold, place.agent);
      return put(fold, userDrafts(place, line, fold.memory));
    case 'assistant':
      bill(fold, place, line);
      return put(fold, assistantDrafts(place, line, fold.memory));
    case 'system':
      return put(fold, [systemDraft(place, line)]);
    case 'summary':
      return put(fold, [summaryDraft(place, line)]);
    default:
      return put(fold, [rawAt(place, line.type, cutTexts(line))]);
  }
}

function introduce(fold: Fold, { session, agent, isChild, at }: Place, line: TranscriptLine): void {
  const { state } = fold;
  if (state.toldSession !== session) {
    const facts = Object.entries({ version: line.version ?? null });
    put(fold, [
      organismDraft(CLAUDE_CODE, at, facts),
      agentDraft(CLAUDE_CODE, at),
      threadDraft(session, at),
    ]);
    state.toldSession = session;
  }
  if (!isChild || state.toldAgents.includes(agent)) return;
  put(fold, [agentDraft(agent, at, { parent: CLAUDE_CODE })]);
  state.toldAgents = [...state.toldAgents, agent].slice(-MAX_AGENTS);
}

/** The sub-agent a line is of; null for the session's own. */
function childOf(state: FileState, line: TranscriptLine): string | null {
  if (line.agentId != null) return childName(state.agentKind, line.agentId);
  if (line.isSidechain !== true) return null;
  const { uuid, parentUuid } = line;
  const known = state.chains.find(([own]) => own === parentUuid)?.[1];
  const chain = known ?? (uuid ?? 'sidechain').slice(0, CHAIN_ID_CHARS);
  if (uuid != null)
    state.chains = [...state.chains, [uuid, chain] as [string, string]].slice(-MAX_CHAINS);
  return childName(state.agentKind, chain);
}

/** Results of tools may come while the answer that called them is still being written. */
function isPrompt(line: TranscriptLine): boolean {
  return promptType(line) === 'prompt' && textOfBlocks(line.message?.content) !== '';
}

function bill(fold: Fold, { session, agent, at }: Place, line: TranscriptLine): void {
  const { state } = fold;
  const call = ownCall(state, callOf(line, { session, agent, at }));
  const known = state.open[agent];
  if (call !== null && known !== undefined && isSameCall(known, call)) {
    state.open[agent] = fuller(known, call);
    return;
  }
  settle(fold, agent);
  if (call === null) return;
  const oldest = Object.keys(state.open)[0];
  if (oldest !== undefined && Object.keys(state.open).length >= MAX_OPEN) settle(fold, oldest);
  state.open[agent] = call;
}

/** Behind some gateways several answers have the id of one request: all but the first go by their own. */
function ownCall(state: FileState, call: Call | null): Call | null {
  if (call === null || call.requestId === null) return call;
  const { requestId, messageId } = call;
  const owner = state.answered.find(([request]) => request === requestId)?.[1];
  if (owner !== undefined) return owner === messageId ? call : { ...call, requestId: null };
  const answer: [string, string] = [requestId, messageId];
  state.answered = [...state.answered, answer].slice(-MAX_ANSWERED);
  return call;
}

function settle({ state, calls }: Fold, agent: string): void {
  const call = state.open[agent];
  if (call === undefined) return;
  calls.push(call);
  delete state.open[agent];
}

function systemDraft(place: Place, line: TranscriptLine): EventDraft {
  const subtype = line.subtype ?? 'line';
  if (subtype !== 'api_error') return rawAt(place, `system.${subtype}`, cutTexts(line));
  const words = typeof line.content === 'string' ? line.content : errorWords(line.error);
  return errorAt(place, words, 'warning');
}

function errorWords(error: unknown): string {
  if (typeof error === 'string') return error;
  const shape = z.looseObject({ message: z.string() }).safeParse(error);
  return (
    shape.data?.message ?? `a model call failed: ${JSON.stringify(error ?? null).slice(0, 500)}`
  );
}

function summaryDraft(place: Place, { summary, leafUuid }: TranscriptLine): EventDraft {
  const key = leafUuid == null ? `${place.key}:summary` : `summary:${leafUuid}`;
  const payload = { text: summary ?? '' };
  return sayAt(place, { key, from: place.agent, to: USER, payloadType: 'summary', payload });
}

function memoryOf(state: FileState): Memory {
  return {
    noteTool(callId, tool) {
      state.tools = [...state.tools, [callId, tool] as [string, string]].slice(-MAX_TOOLS);
    },
    toolOf: (callId) => state.tools.find(([id]) => id === callId)?.[1] ?? null,
    isFirst(key, line) {
      const owner = state.shared.find(([known]) => known === key)?.[1];
      if (owner !== undefined) return owner === line;
      state.shared = [...state.shared, [key, line] as [string, string]].slice(-MAX_SHARED);
      return true;
    },
  };
}
