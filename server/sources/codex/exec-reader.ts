import { z } from 'zod';

import type { EventDraft } from '#organism/event.ts';

import { clip, organismDraft, repeatable } from '../drafts.ts';
import type { LineReading } from '../session-files/lines.ts';
import type { UnreadableInput } from '../source.ts';
import type { ItemPhase } from './item-drafts.ts';
import { itemDrafts, todoDraft } from './item-drafts.ts';
import type { Ledger } from './ledger-schema.ts';
import { NEW_LEDGER, billExec, notReported, totalsOf } from './ledger.ts';
import type { Launch } from './names.ts';
import { CODEX, bornAtOf } from './names.ts';
import type { Place } from './place.ts';
import { agentAt, errorAt, rawAt, stateAt, statusAt, threadAt } from './place.ts';
import type { ExecEvent } from './wire.ts';

/**
 * Lines of one `codex exec --json` to drafts: a pure function of the lines, what is known of the
 * process, and what is billed of its thread. Where the lines were cut apart makes no difference.
 */

const heldSchema = z.object({ line: z.number(), at: z.number(), message: z.string() });

/** What is known of a process between two parts of its output. */
export const execStateSchema = z.object({
  /** The first line that is not read yet, from 1. */
  nextLine: z.number().int().min(1),
  threadId: z.string().nullable(),
  /** Turns begun. */
  turn: z.number().int(),
  turnStartedAt: z.number().nullable(),
  outcome: z.enum(['none', 'open', 'completed', 'failed']),
  /** A passing error, or the words of the failure that the next line tells: only that line says. */
  held: heldSchema.nullable(),
  isEnded: z.boolean(),
});
export type ExecState = z.infer<typeof execStateSchema>;

export const NEW_EXEC: ExecState = {
  nextLine: 1,
  threadId: null,
  turn: 0,
  turnStartedAt: null,
  outcome: 'none',
  held: null,
  isEnded: false,
};

export interface ExecPart {
  readonly invocation: string;
  readonly launch: Launch;
  /** Lines from `state.nextLine` on. */
  readonly lines: readonly LineReading<ExecEvent>[];
  /** Nothing follows. */
  readonly isLast: boolean;
  /** When it arrived, epoch milliseconds: the lines have no time of their own. */
  readonly at: number;
  /** Whether that is also about when it happened; not so of a saved file. */
  readonly isLive: boolean;
}

export interface ExecReading {
  readonly state: ExecState;
  readonly ledgers: ReadonlyMap<string, Ledger>;
  readonly drafts: EventDraft[];
  readonly rejects: UnreadableInput[];
}

/** @param known the ledgers of the part's threads, where there are any */
export function readExec(
  part: ExecPart,
  before: ExecState,
  known: ReadonlyMap<string, Ledger>,
): ExecReading {
  const ledgers = new Map(known);
  const fold: Fold = { part, known, ledgers, state: before, drafts: [], rejects: [] };
  for (const reading of before.isEnded ? [] : part.lines) {
    const line = fold.state.nextLine;
    if (reading.kind === 'unreadable') fold.rejects.push(reading.reject);
    if (reading.kind === 'line') take(fold, reading.line, line);
    fold.state = { ...fold.state, nextLine: line + 1 };
  }
  if (part.isLast && !fold.state.isEnded) {
    release(fold, null);
    const { nextLine, outcome } = fold.state;
    const end = placeAt(fold, nextLine);
    // No line's key: of a saved file more may come.
    if (nextLine > 1) put(fold, endDrafts({ ...end, key: `${end.key}:end` }, outcome));
    fold.state = { ...fold.state, isEnded: true };
  }
  return fold;
}

/** A reading under way. */
interface Fold extends ExecReading {
  readonly part: ExecPart;
  readonly known: ReadonlyMap<string, Ledger>;
  readonly ledgers: Map<string, Ledger>;
  state: ExecState;
}

/** What is sent again comes at another time: it is still the same. */
function put({ drafts }: Fold, made: readonly EventDraft[]): void {
  drafts.push(...made.map(repeatable));
}

function placeAt({ part, state }: Fold, line: number, at = part.at): Place {
  const { invocation, launch } = part;
  // What tells of no thread is one of its own: the counters of two such streams are not one thread's.
  const threadId = state.threadId ?? clip(`unknown ${invocation}`);
  return { launch, threadId, agent: CODEX, at, key: `exec:${invocation}:${line}` };
}

/** The error held back was a passing one, unless this is the failure it announced. */
function release(fold: Fold, event: ExecEvent | null): void {
  const { held } = fold.state;
  if (held === null) return;
  fold.state = { ...fold.state, held: null };
  if (event?.type === 'turn.failed' && event.error?.message === held.message) return;
  put(fold, [errorAt(placeAt(fold, held.line, held.at), held.message, 'warning')]);
}

function take(fold: Fold, event: ExecEvent, line: number): void {
  release(fold, event);
  const { at, invocation } = fold.part;
  if (event.type === 'thread.started' && event.thread_id != null) {
    fold.state = { ...fold.state, threadId: clip(event.thread_id) };
  }
  const place = placeAt(fold, line);
  switch (event.type) {
    case 'thread.started':
      return put(fold, startDrafts(place));
    case 'turn.started': {
      const turn = fold.state.turn + 1;
      fold.state = { ...fold.state, turn, turnStartedAt: at, outcome: 'open' };
      return put(fold, [stateAt(place, 'processing')]);
    }
    case 'turn.completed':
      bill(fold, event, place);
      fold.state = { ...fold.state, turnStartedAt: null, outcome: 'completed' };
      return put(fold, [stateAt(place, 'idle')]);
    case 'turn.failed':
      fold.state = { ...fold.state, turnStartedAt: null, outcome: 'failed' };
      return put(fold, [
        errorAt(place, event.error?.message ?? 'the turn failed'),
        stateAt(place, 'error'),
        statusAt(place, 'error'),
      ]);
    case 'error':
      fold.state = { ...fold.state, held: { line, at, message: event.message ?? 'an error' } };
      return;
    default:
      return put(fold, itemLine(event, place, invocation));
  }
}

function bill(fold: Fold, event: ExecEvent, place: Place): void {
  const { part, state, ledgers, known } = fold;
  if (event.usage == null) return;
  const ledger = ledgers.get(place.threadId) ?? NEW_LEDGER;
  const { tokens, ledger: next } = billExec(ledger, totalsOf(event.usage));
  ledgers.set(place.threadId, next);
  if (tokens === null) return;
  const isFirst = !known.has(place.threadId) && state.turn <= 1;
  put(fold, [usageDraft({ part, place, state, event, tokens, isFirst })]);
}

function startDrafts(place: Place): EventDraft[] {
  const { organismId, cwd } = place.launch;
  const facts: [string, unknown][] = cwd === null ? [] : [['cwd', cwd]];
  return [
    organismDraft(organismId, place.at, facts),
    agentAt(place, CODEX),
    threadAt(place, place.threadId),
    // Resumed, it is active again.
    statusAt(place, 'active'),
  ];
}

const PHASES: Readonly<Record<string, ItemPhase>> = {
  'item.started': 'started',
  'item.updated': 'updated',
  'item.completed': 'completed',
};

function itemLine(event: ExecEvent, place: Place, invocation: string): EventDraft[] {
  const phase = PHASES[event.type];
  const { item } = event;
  if (phase === undefined || item == null) return [rawAt(place, event.type, event)];
  if (item.type === 'todo_list') return [todoDraft(place, item)];
  // Ids of items begin anew in every process, within it they are its own.
  const key = item.id == null ? place.key : `exec:${invocation}:${item.id.slice(0, 100)}`;
  return itemDrafts({ ...place, key }, item, phase);
}

/** The process is over: without a turn's end before it, it was interrupted. */
function endDrafts(place: Place, outcome: ExecState['outcome']): EventDraft[] {
  if (outcome === 'completed') return [statusAt(place, 'completed')];
  if (outcome === 'failed') return [];
  return [
    errorAt(place, 'interrupted: the stream ended in the middle of a turn'),
    stateAt(place, 'error', 'interrupted'),
    statusAt(place, 'killed'),
  ];
}

/** A thread is as old as its id says: one that began this long before its process was resumed. */
const RESUMED_AFTER_MS = 60_000;

function usageDraft(made: {
  readonly part: ExecPart;
  readonly place: Place;
  readonly state: ExecState;
  readonly event: ExecEvent;
  readonly tokens: Extract<EventDraft, { type: 'usage' }>['tokens'];
  /** Nothing was known of the thread before. */
  readonly isFirst: boolean;
}): EventDraft {
  const { part, place, state, event, tokens, isFirst } = made;
  const { at, threadId, launch } = place;
  const key = `codex:${threadId}:${part.invocation}:${state.turn}`;
  const bornAt = bornAtOf(threadId);
  const isResumed = part.isLive && bornAt !== null && turnStart(made) - bornAt > RESUMED_AFTER_MS;
  return {
    type: 'usage',
    key,
    occurredAt: at,
    id: clip(key),
    threadId,
    agent: CODEX,
    model: launch.model ?? '',
    provider: launch.provider ?? (launch.model === null ? '' : 'openai'),
    org: null,
    user: null,
    tokens,
    notReported: event.usage == null ? [] : notReported(event.usage),
    latencyMs: part.isLive ? wallTime(state.turnStartedAt, at) : null,
    reportedCostNanos: null,
    metadata: {
      turn: state.turn,
      ...(isFirst && isResumed ? { includesEarlierTurns: true } : {}),
    },
  };
}

/** Null where start and end arrived together. */
function wallTime(startedAt: number | null, at: number): number | null {
  return startedAt === null || at <= startedAt ? null : at - startedAt;
}

function turnStart({ state, part }: { state: ExecState; part: ExecPart }): number {
  return state.turnStartedAt ?? part.at;
}
