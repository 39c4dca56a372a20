import type { EventDraft } from '#organism/event.ts';
import { parseInstant } from '#organism/instant.ts';

import { USER, repeatable } from '../drafts.ts';
import type { LineReading } from '../session-files/lines.ts';
import type { UnreadableInput } from '../source.ts';
import { contextDrafts, contextOf } from './context-window.ts';
import { itemDrafts } from './item-drafts.ts';
import type { Ledger } from './ledger-schema.ts';
import { NEW_LEDGER, billCounters, countersOf, notReported, passOver, totalsOf } from './ledger.ts';
import type { Place } from './place.ts';
import { errorAt, rawAt, sayAt, stateAt, statusAt } from './place.ts';
import { rateLimitDrafts } from './rate-limits.ts';
import { replayAfter } from './replay.ts';
import { responseDrafts } from './response-drafts.ts';
import type { RolloutLine, RolloutPayload } from './rollout-wire.ts';
import { textOfContent, toExecItem } from './rollout-wire.ts';
import type { FileState } from './session-head.ts';
import { beginFile, headDrafts } from './session-head.ts';

/**
 * Lines of one session file to drafts: a pure function of the lines, what the file said before them,
 * and what is billed of its thread. Every key is made of the thread and the line's ordinal.
 */

export interface RolloutReading {
  readonly state: FileState;
  readonly ledger: Ledger;
  readonly drafts: EventDraft[];
  readonly rejects: UnreadableInput[];
}

/** @param host the machine's name, for the name of the organism */
export function readRollout(
  lines: readonly LineReading<RolloutLine>[],
  known: { readonly state: FileState; readonly ledger: Ledger | null; readonly host: string },
): RolloutReading {
  const { host, state, ledger } = known;
  const fold: Fold = { state, ledger: ledger ?? NEW_LEDGER, drafts: [], rejects: [], host };
  for (const reading of lines) {
    fold.state = { ...fold.state, lines: fold.state.lines + 1 };
    if (reading.kind === 'unreadable') fold.rejects.push(reading.reject);
    if (reading.kind === 'line') take(fold, reading.line);
  }
  return fold;
}

/** A reading under way. */
interface Fold extends RolloutReading {
  readonly host: string;
  state: FileState;
  ledger: Ledger;
}

/** Agents and threads are told by many files, and usage by standard output too. */
function put({ drafts }: Fold, made: readonly EventDraft[]): void {
  drafts.push(...made.map(repeatable));
}

function take(fold: Fold, line: RolloutLine): void {
  const { state } = fold;
  const at = parseInstant(line.timestamp ?? '') ?? state.at;
  fold.state = { ...state, at };
  const payload = line.payload ?? {};
  if (line.type === 'session_meta') return begin(fold, payload);
  const { replay } = fold.state;
  if (replay !== null) {
    const after = replayAfter(replay, { turnId: payload.turn_id ?? null, at });
    fold.state = { ...fold.state, replay: after };
    if (after !== null) return takeCopy(fold, line.type, payload);
  }
  const place = placeOf(fold.state, line.ordinal ?? null);
  switch (line.type) {
    case 'turn_context':
      fold.state = inTurn(fold.state, payload);
      return;
    case 'token_usage_record':
      return bill(fold, place, payload);
    case 'event_msg':
      return takeEvent(fold, place, payload, line.ordinal != null);
    case 'response_item':
      // Newer builds number their lines, and repeat here what their events say.
      return line.ordinal == null ? takeResponse(fold, place, payload) : undefined;
    case 'compacted':
    case 'world_state':
      return;
    default:
      return put(fold, [rawAt(place, line.type, payload)]);
  }
}

function begin(fold: Fold, payload: RolloutPayload): void {
  if (fold.state.isBegun) return;
  fold.state = beginFile(fold.state, payload, fold.host);
  put(fold, headDrafts(placeOf(fold.state, null), payload));
}

/** A line of the origin: what it used is neither billed here nor left for the next line to bill. */
function takeCopy(fold: Fold, type: string, payload: RolloutPayload): void {
  if (type === 'turn_context') fold.state = inTurn(fold.state, payload);
  const { total } = countersOf(payload);
  if (total === null) return;
  fold.ledger = passOver(fold.ledger, totalsOf(total));
  fold.state = { ...fold.state, last: totalsOf(total) };
}

/** The model may change with every turn. */
function inTurn(state: FileState, { model, cwd }: RolloutPayload): FileState {
  return { ...state, model: model ?? state.model, cwd: cwd ?? state.cwd };
}

function placeOf(state: FileState, ordinal: number | null): Place {
  const { threadId, agent, at, organismId, cwd, model, provider } = state;
  const launch = { organismId, cwd, model, provider };
  // Lines of older builds have no number but their own.
  const number = ordinal ?? `line${state.lines}`;
  return { launch, threadId, agent, at, key: `file:${threadId}:${number}` };
}

function takeEvent(fold: Fold, place: Place, payload: RolloutPayload, isNumbered: boolean): void {
  switch (payload.type) {
    case 'token_count':
      put(fold, rateLimitDrafts(place, payload.rate_limits));
      fill(fold, place, payload);
      return bill(fold, place, payload);
    case 'task_started':
    case 'turn_started':
      return put(fold, [stateAt(place, 'processing'), statusAt(place, 'active')]);
    case 'task_complete':
    case 'turn_complete':
      return put(fold, [stateAt(place, 'idle'), statusAt(place, 'completed')]);
    case 'turn_aborted':
      return put(fold, [
        errorAt(place, `interrupted: ${payload.reason ?? 'the turn was aborted'}`),
        stateAt(place, 'idle'),
        statusAt(place, 'killed'),
      ]);
    case 'error':
      return put(fold, [errorAt(place, payload.message ?? 'an error without words')]);
    case 'warning':
    case 'stream_error':
      return put(fold, [errorAt(place, payload.message ?? 'a warning', 'warning')]);
    case 'item_completed':
      return put(fold, itemLine(place, payload));
    case 'user_message':
    case 'agent_message':
    case 'agent_reasoning':
      return isNumbered ? undefined : put(fold, [oldMessage(place, payload)]);
    default:
      if (REPEATED.test(payload.type ?? '')) return;
      put(fold, [rawAt(place, `event.${payload.type ?? 'unknown'}`, payload)]);
  }
}

/** Events whose content another line has: what is under way, and what items tell of as a whole. */
const REPEATED = new RegExp(
  [
    '(?:exec_command|mcp_tool_call|patch_apply|web_search|image_generation|view_image)_(?:begin|end)',
    'exec_command_output_delta',
    'dynamic_tool_call_(?:request|response)',
    'view_image_tool_call',
    '(?:agent_message|reasoning|reasoning_raw|plan)(?:_content)?_delta',
    'agent_reasoning_\\w+',
    'item_started',
    'turn_diff',
    'context_compacted',
  ]
    .map((name) => `^${name}$`)
    .join('|'),
);

function takeResponse(fold: Fold, place: Place, payload: RolloutPayload): void {
  const { drafts, calls } = responseDrafts(place, payload, fold.state.calls);
  fold.state = { ...fold.state, calls };
  put(fold, drafts);
}

function itemLine(place: Place, payload: RolloutPayload): EventDraft[] {
  const { item, started_at_ms: from, completed_at_ms: to } = payload;
  if (item == null) return [];
  const at = to ?? place.at;
  if (item['type'] === 'UserMessage') {
    return [prompt({ ...place, at }, textOfContent(item['content']))];
  }
  const read = toExecItem(item);
  if (read === null) return [rawAt(place, `item.${String(item['type'])}`, item)];
  const durationMs = from == null || to == null ? null : Math.max(0, to - from);
  return itemDrafts({ ...place, at }, { ...read, duration_ms: durationMs }, 'completed');
}

function oldMessage(place: Place, { type, message, text }: RolloutPayload): EventDraft {
  if (type === 'user_message') return prompt(place, message ?? '');
  const payloadType = type === 'agent_message' ? 'completion' : 'reasoning';
  const payload = { text: message ?? text ?? '' };
  return sayAt(place, 'message', { from: place.agent, to: USER, payloadType, payload });
}

function prompt(place: Place, text: string): EventDraft {
  const payload = { prompt: text };
  return sayAt(place, 'message', { from: USER, to: place.agent, payloadType: 'prompt', payload });
}

function fill(fold: Fold, place: Place, { info }: RolloutPayload): void {
  const context = contextOf(info);
  if (context === null) return;
  put(fold, contextDrafts(place, context, fold.state.context));
  fold.state = { ...fold.state, context };
}

function bill(fold: Fold, place: Place, payload: RolloutPayload): void {
  const told = countersOf(payload);
  if (told.total === null) return;
  const { last } = fold.state;
  const { tokens, ledger, total } = billCounters(fold.ledger, {
    total: told.total,
    ofRequest: () => told.ofRequest,
    last,
  });
  fold.ledger = ledger;
  fold.state = { ...fold.state, last: total };
  if (tokens === null) return;
  const { turn_id: turnId, response_id: responseId, info } = payload;
  const { model, provider } = place.launch;
  const facts = { turnId, responseId, contextWindow: info?.model_context_window };
  put(fold, [
    {
      type: 'usage',
      key: `usage:${place.key}`,
      occurredAt: place.at,
      threadId: place.threadId,
      agent: place.agent,
      model: model ?? '',
      provider: provider ?? (model === null ? '' : 'openai'),
      org: null,
      user: null,
      tokens,
      notReported: notReported(told.total),
      latencyMs: null,
      reportedCostNanos: null,
      metadata: Object.fromEntries(Object.entries(facts).filter(([, value]) => value != null)),
    },
  ]);
}
