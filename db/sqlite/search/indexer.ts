import type { Connection } from '../connection.ts';
import type { DocumentFacts } from './document.ts';
import { documentWords, readBody } from './document.ts';
import { createPruning } from './pruning.ts';
import { BLOCK_POSITIONS, readPosition } from './search-database.ts';

/** Takes words from the journal into the index. */
export interface Indexer {
  /** Every document up to here is in the index. */
  readonly position: number;
  /**
   * The next documents of the journal in one transaction.
   * @returns how many; fewer than asked for when the journal has no more
   */
  indexNext(limit: number): number;
  /**
   * Lets go of the words of what the store has let go of, up to so many positions.
   * @returns whether there was anything to do
   */
  pruneNext(limit: number): boolean;
}

interface Row {
  readonly seq: number;
  /** The document it is of: its own, or that of a message it amends. */
  readonly documentSeq: number;
  readonly isError: 0 | 1;
  readonly organismId: number;
  readonly threadId: number;
  readonly agentId: number;
  readonly otherAgentId: number;
  readonly payloadTypeId: number;
  readonly occurredAt: number;
  readonly body: string;
}

/** @param store read only; its writer is not waited for, nor does it wait */
export function createIndexer(store: Connection, search: Connection): Indexer {
  type Places = [number, number, number, number];
  const readNext = store.prepare<Places, Row>(documentsSql('> ?'));
  const readOne = store.prepare<Places, Row>(documentsSql('= ?'));
  const remove = search.prepare<[number]>('DELETE FROM documents WHERE rowid = ?');
  const add = search.prepare<[number, string]>(
    'INSERT INTO documents (rowid, words) VALUES (?, ?)',
  );
  const widen = search.prepare<[number, number, number]>(
    `INSERT INTO blocks (block, first_at, last_at) VALUES (?, ?, ?) ON CONFLICT (block) DO UPDATE
     SET first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
  );
  const savePosition = search.prepare<[string]>("UPDATE meta SET value = ? WHERE key = 'position'");
  let position = readPosition(search);

  function addRow(row: Row): void {
    const facts = factsOf(row);
    if (row.documentSeq !== row.seq) remove.run(row.documentSeq);
    add.run(row.documentSeq, documentWords(facts, readBody(facts.kind, row.body)));
  }

  const takeIn = search.transaction((rows: readonly Row[]) => {
    for (const row of rows) {
      addRow(row);
      widen.run(Math.floor(row.seq / BLOCK_POSITIONS), row.occurredAt, row.occurredAt);
    }
    savePosition.run(String(rows.at(-1)?.seq ?? position));
  });

  const pruning = createPruning(store, search, (seq) => {
    // What is not in the index yet comes in as it is now.
    if (seq <= position) for (const row of readOne.all(seq, seq, seq, 1)) addRow(row);
  });

  return {
    get position() {
      return position;
    },
    indexNext(limit) {
      const rows = readNext.all(position, position, position, limit);
      if (rows.length > 0) takeIn(rows);
      position = rows.at(-1)?.seq ?? position;
      return rows.length;
    },
    pruneNext: (limit) => pruning.pruneNext(limit),
  };
}

function documentsSql(where: string): string {
  return `SELECT d.*, j.body FROM (
      SELECT seq, seq AS documentSeq, 0 AS isError, organism_id AS organismId, thread_id AS threadId,
        from_id AS agentId, to_id AS otherAgentId, payload_type_id AS payloadTypeId,
        occurred_at AS occurredAt FROM messages WHERE seq ${where}
      UNION ALL
      SELECT seq, seq, 1, organism_id, thread_id, agent_id, 0, 0, occurred_at
        FROM errors WHERE seq ${where}
      UNION ALL
      SELECT a.by_seq, a.seq, 0, m.organism_id, m.thread_id, m.from_id, m.to_id, m.payload_type_id,
        m.occurred_at FROM amended_messages a JOIN messages m ON m.seq = a.seq
        WHERE a.by_seq ${where}
      ORDER BY seq LIMIT ?) d
    JOIN journal j ON j.seq = d.seq ORDER BY d.seq`;
}

function factsOf(row: Row): DocumentFacts {
  const { organismId, threadId, payloadTypeId } = row;
  return {
    kind: row.isError === 1 ? 'error' : 'message',
    organismId,
    threadId,
    agentIds: [row.agentId, row.otherAgentId],
    payloadTypeId,
  };
}
