import type { Ledger } from './ledger-schema.ts';
import { ledgerSchema } from './ledger-schema.ts';

/** Where a thread's ledger is kept: beside the drafts, saved in the same transaction. */

export type GetCursor = (name: string) => Promise<string | null>;

function ledgerName(threadId: string): string {
  return `thread:${threadId}`;
}

export async function loadLedgers(
  threadIds: Iterable<string>,
  getCursor: GetCursor,
): Promise<Map<string, Ledger>> {
  const ledgers = new Map<string, Ledger>();
  for (const threadId of new Set(threadIds)) {
    const saved = await getCursor(ledgerName(threadId));
    if (saved !== null) ledgers.set(threadId, ledgerSchema.parse(JSON.parse(saved)));
  }
  return ledgers;
}

export function ledgerCursors(ledgers: ReadonlyMap<string, Ledger>): Record<string, string> {
  return Object.fromEntries(
    [...ledgers].map(([threadId, ledger]) => [ledgerName(threadId), JSON.stringify(ledger)]),
  );
}

/** Runs one thing after another, whatever becomes of each. */
export interface Turns {
  take<T>(run: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(run) {
      const mine = last.then(run, run);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/**
 * Of this process: a ledger is read, reckoned and saved by one at a time, whether its thread is told
 * by what is posted or by a file that is watched.
 */
export const ledgerTurns: Turns = createTurns();
