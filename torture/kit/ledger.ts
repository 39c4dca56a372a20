import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';

import type { Defer } from '../../bench/cleanup.ts';
import type { Counts } from './torture-test.ts';

/** What the server said about one batch. */
export interface Answer {
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** By writer: it has sent, and been answered for, every number below these. */
export interface LedgerMark {
  readonly sent: readonly number[];
  readonly acked: readonly number[];
}

/**
 * The client's own book, and the oracle of every test: a line before a batch leaves and a line when
 * it was acknowledged. Writers number their events and go on only after an answer, so that one
 * number per writer says what was sent, and one what was acknowledged.
 */
export interface Ledger {
  sent(writer: number, from: number, count: number): void;
  acked(writer: number, from: number, count: number, answer: Answer): void;
  /** As it is now; later lines do not change it. */
  mark(): LedgerMark;
  ackedEvents(): number;
  /** Sums of the answers: sent is what was answered, each retry counted again. */
  answered(): Pick<Counts, 'sent' | 'accepted' | 'duplicate' | 'rejected'>;
}

export function createLedger(
  dir: string,
  { name, writers, defer }: { name: string; writers: number; defer: Defer },
): Ledger {
  const descriptor = openSync(path.join(dir, `${name}.ledger.ndjson`), 'a', 0o600);
  defer(() => closeSync(descriptor));
  const sentUpTo = Array<number>(writers).fill(0);
  const ackedUpTo = Array<number>(writers).fill(0);
  const sums = { sent: 0, accepted: 0, duplicate: 0, rejected: 0 };
  const write = (line: unknown): void => void writeSync(descriptor, `${JSON.stringify(line)}\n`);

  return {
    sent(writer, from, count) {
      write({ at: Date.now(), sent: writer, from, count });
      sentUpTo[writer] = Math.max(sentUpTo[writer] ?? 0, from + count);
    },
    acked(writer, from, count, { accepted, duplicate, rejected }) {
      write({ at: Date.now(), acked: writer, from, count, accepted, duplicate, rejected });
      ackedUpTo[writer] = Math.max(ackedUpTo[writer] ?? 0, from + count);
      sums.sent += count;
      sums.accepted += accepted;
      sums.duplicate += duplicate;
      sums.rejected += rejected;
    },
    mark: () => ({ sent: [...sentUpTo], acked: [...ackedUpTo] }),
    ackedEvents: () => ackedUpTo.reduce((sum, count) => sum + count, 0),
    answered: () => ({ ...sums }),
  };
}
