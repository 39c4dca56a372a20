import type { PrunedKind } from '#db/store.ts';

import type { Connection } from '../connection.ts';
import { EVENT_CODES } from '../event-codes.ts';
import { readPrunedMark } from '../pruned-marks.ts';
import { createStatements } from '../reader/statements.ts';

/** Lets go of the words of what the store has let go of. */
export interface Pruning {
  /**
   * Up to so many positions, in one transaction.
   * @returns whether there was anything to do
   */
  pruneNext(limit: number): boolean;
}

const TYPES: readonly (readonly [PrunedKind, number])[] = [
  ['payloads', EVENT_CODES.message],
  ['messages', EVENT_CODES.message],
  ['errors', EVENT_CODES.error],
];

/**
 * @param reindex puts a document into the index as it is now: a message without its payload is still
 *   found by its thread, its agents and its type
 */
export function createPruning(
  store: Connection,
  search: Connection,
  reindex: (seq: number) => void,
): Pruning {
  const statements = createStatements(() => store);
  const remove = search.prepare<[number]>('DELETE FROM documents WHERE rowid = ?');
  const readMark = search.prepare<[string], { value: string }>(
    'SELECT value FROM meta WHERE key = ?',
  );
  const saveMark = search.prepare<[string, string]>(
    'INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)',
  );

  const pruneRange = search.transaction(
    (kind: PrunedKind, type: number, range: [number, number]) => {
      const seqs = statements.all<{ seq: number }>(
        'SELECT seq FROM journal WHERE seq > ? AND seq <= ? AND type = ?',
        [...range, type],
      );
      for (const { seq } of seqs) {
        remove.run(seq);
        if (kind === 'payloads') reindex(seq);
      }
      saveMark.run(`pruned_${kind}`, String(range[1]));
    },
  );

  return {
    pruneNext(limit) {
      for (const [kind, type] of TYPES) {
        const done = Number(readMark.get(`pruned_${kind}`)?.value ?? 0);
        const { position } = readPrunedMark(statements, kind);
        if (position <= done) continue;
        pruneRange(kind, type, [done, Math.min(position, done + limit)]);
        return true;
      }
      return false;
    },
  };
}
