import type { PrunedKind, PrunedMark } from '#db/store.ts';

import type { Connection } from './connection.ts';
import type { Statements } from './reader/statements.ts';

/** How far each kind has been pruned, in the store's own facts. */

const KINDS: readonly PrunedKind[] = ['payloads', 'messages', 'errors', 'usage'];

export function readPrunedMark(statements: Statements, kind: PrunedKind): PrunedMark {
  const row = statements.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', [
    keyOf(kind),
  ]);
  const none: PrunedMark = { kind, position: 0, pruned: 0, receivedBefore: null };
  return row === undefined ? none : { ...none, ...Object(JSON.parse(row.value)) };
}

export function readPrunedMarks(statements: Statements): PrunedMark[] {
  return KINDS.map((kind) => readPrunedMark(statements, kind));
}

export function writePrunedMark(db: Connection, { kind, ...mark }: PrunedMark): void {
  db.prepare<[string, string]>('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(
    keyOf(kind),
    JSON.stringify(mark),
  );
}

function keyOf(kind: PrunedKind): string {
  return `pruned_${kind}`;
}
