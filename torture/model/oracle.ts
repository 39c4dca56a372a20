import type { DraftOf } from '#organism/event.ts';

import type { Answer } from '../kit/ledger.ts';

/** An event as the model knows it: a call with its cost, or a message. */
export type ModelEvent = DraftOf<'usage'> | DraftOf<'message'>;

/** What a client sends: an event, or something that is none. */
export type ModelInput = ModelEvent | { readonly type: 'usage'; readonly key: string };

export interface Totals {
  readonly calls: number;
  readonly messages: number;
  readonly costNanos: number;
  readonly unpricedCalls: number;
}

/** The store as it must be, in memory: the same rules in the fewest words. */
export interface Oracle {
  /** What must be answered to a batch. */
  take(batch: readonly ModelInput[]): Answer;
  /** Accepted, in the order of the journal. */
  readonly events: readonly ModelEvent[];
  /** Every batch that was sent. */
  readonly batches: readonly (readonly ModelInput[])[];
  /** Sums of the answers. A batch whose answer was lost may have been counted once more. */
  readonly answered: Readonly<Answer>;
  nextKey(): string;
  /** What is there now, to be put back by `restore`. */
  save(): OracleState;
  restore(state: OracleState): void;
}

export interface OracleState {
  readonly events: readonly ModelEvent[];
  readonly answered: Readonly<Answer>;
}

export function createOracle(): Oracle {
  const bodies = new Map<string, string>();
  const batches: (readonly ModelInput[])[] = [];
  let events: ModelEvent[] = [];
  let answered = { accepted: 0, duplicate: 0, rejected: 0 };
  let keys = 0;

  function judge(input: ModelInput): keyof Answer {
    if (!('occurredAt' in input)) return 'rejected';
    const body = JSON.stringify(input);
    const known = bodies.get(input.key);
    if (known !== undefined) return known === body ? 'duplicate' : 'rejected';
    bodies.set(input.key, body);
    events.push(input);
    return 'accepted';
  }

  return {
    take(batch) {
      const answer = { accepted: 0, duplicate: 0, rejected: 0 };
      for (const input of batch) answer[judge(input)] += 1;
      batches.push(batch);
      answered = {
        accepted: answered.accepted + answer.accepted,
        duplicate: answered.duplicate + answer.duplicate,
        rejected: answered.rejected + answer.rejected,
      };
      return answer;
    },
    get events() {
      return events;
    },
    batches,
    get answered() {
      return answered;
    },
    nextKey() {
      keys += 1;
      return `k${keys}`;
    },
    save: () => ({ events: [...events], answered }),
    restore(state) {
      events = [...state.events];
      answered = state.answered;
      bodies.clear();
      for (const event of events) bodies.set(event.key, JSON.stringify(event));
    },
  };
}

export function totalsOf(events: readonly ModelEvent[]): Totals {
  const calls = events.filter((event) => event.type === 'usage');
  return {
    calls: calls.length,
    messages: events.length - calls.length,
    costNanos: calls.reduce((sum, call) => sum + (call.reportedCostNanos ?? 0), 0),
    unpricedCalls: calls.filter((call) => call.reportedCostNanos === null).length,
  };
}
