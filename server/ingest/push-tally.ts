import type { EventOutcome, RejectReason } from '#db/store.ts';

/** Rejects described in one answer; all are counted, and all are in quarantine. */
const MAX_TOLD_REJECTS = 20;

/** accepted + duplicate + rejected = inputs. */
export interface PushOutcome {
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  /** The first of the refused; `index` counts inputs from 0. */
  readonly rejects: readonly ToldReject[];
  /** Everything that was acknowledged is at or before this journal position. */
  readonly lastSeq: number;
}

export interface ToldReject {
  readonly index: number;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** Counts what becomes of one push, whose inputs may be spread over several appends. */
export interface PushTally {
  /** Someone holds some of its inputs; it settles when all who joined have left. */
  join(): void;
  refuse(reject: ToldReject): void;
  note(index: number, outcome: EventOutcome): void;
  leave(lastSeq: number): void;
  /** Leaves, and makes the whole push fail. */
  fail(error: unknown): void;
}

const CONFLICT_DETAIL = 'key: came again with another body; expected the event stored first';

export function createPushTally(
  resolve: (outcome: PushOutcome) => void,
  reject: (error: unknown) => void,
): PushTally {
  const rejects: ToldReject[] = [];
  let accepted = 0;
  let duplicate = 0;
  let rejected = 0;
  let newestSeq = 0;
  let failure: { error: unknown } | null = null;
  let joined = 0;

  function refuse(told: ToldReject): void {
    rejected += 1;
    if (rejects.length < MAX_TOLD_REJECTS) rejects.push(told);
  }

  function leave(lastSeq: number): void {
    newestSeq = Math.max(newestSeq, lastSeq);
    joined -= 1;
    if (joined > 0) return;
    if (failure !== null) return reject(failure.error);
    rejects.sort((a, b) => a.index - b.index);
    resolve({ accepted, duplicate, rejected, rejects, lastSeq: newestSeq });
  }

  return {
    refuse,
    leave,
    join() {
      joined += 1;
    },
    note(index, outcome) {
      if (outcome === 'duplicate') duplicate += 1;
      else if (outcome === 'conflict') refuse({ index, reason: outcome, detail: CONFLICT_DETAIL });
      else accepted += 1;
    },
    fail(error) {
      failure ??= { error };
      leave(0);
    },
  };
}
