import type { Random } from '#lab/agentserver/random.ts';

import type { Defer } from '../../bench/cleanup.ts';

/** What a test has to find on the machine; without it the test is skipped and says so. */
export type Need =
  | 'linux'
  | 'root'
  | { readonly tool: string }
  /** File descriptors that a process may have. */
  | { readonly files: number };

export interface TortureContext {
  /** Printed with the result: the same seed plays the same faults. */
  readonly seed: number;
  readonly random: Random;
  /** For every change: a test that can be played in part plays less. */
  readonly isFast: boolean;
  /** A directory of its own, removed at the end. */
  readonly dir: string;
  /** Closes something at the end, newest first, however the test ends. */
  readonly defer: Defer;
  /** A line of progress. */
  readonly say: (line: string) => void;
}

/** One promise under one fault. A module `torture/bNN-name.ts` exports it as `test`. */
export interface TortureTest {
  /** `B01`, as in the file's name. */
  readonly id: string;
  readonly title: string;
  /** Short enough for every change, and needs no root. */
  readonly isFast: boolean;
  readonly needs: readonly Need[];
  run(context: TortureContext): Promise<Outcome>;
}

export interface Outcome {
  /** What was done to it, with amounts: "50 kills under 8 writers". */
  readonly load: string;
  /** Null where the test sends no events of its own. */
  readonly counts: Counts | null;
  /** All must be met. */
  readonly bars: readonly Bar[];
  /** The same with the protection off: its bar must not be met. */
  readonly control: Control;
}

/** One thing that was measured, and what it had to be. */
export interface Bar {
  readonly name: string;
  readonly found: string;
  readonly wanted: string;
  readonly isMet: boolean;
}

/** A run that must fail, or the reason why there is none. */
export type Control =
  | { readonly name: string; readonly bar: Bar }
  | { readonly name: string; readonly without: string };

/** sent = accepted + duplicate + rejected, in events, retries included. */
export interface Counts {
  readonly sent: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  /** Acknowledged, but not in the store. */
  readonly lost: number;
  /** In the store more than once. */
  readonly doubled: number;
  /** Stored minus expected cost. */
  readonly moneyDeltaNanos: number;
}

/** Counts of several runs as one. */
export function addCounts(a: Counts, b: Counts): Counts {
  return {
    sent: a.sent + b.sent,
    accepted: a.accepted + b.accepted,
    duplicate: a.duplicate + b.duplicate,
    rejected: a.rejected + b.rejected,
    lost: a.lost + b.lost,
    doubled: a.doubled + b.doubled,
    moneyDeltaNanos: a.moneyDeltaNanos + b.moneyDeltaNanos,
  };
}
