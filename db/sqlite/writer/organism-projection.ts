import type { Connection } from '../connection.ts';
import type { organisms } from '../schema/organisms.ts';
import { storedName } from '../stored-text.ts';
import type { RowBook } from './row-book.ts';
import { createRowBook } from './row-book.ts';

export type OrganismRow = typeof organisms.$inferSelect;

/** The counters of each organism, which say how many rows it has without counting them. */
export interface OrganismProjection {
  get(organismId: string): OrganismRow;
  /** Who sends it: stored at once, as a batch without events says it too. */
  setSource(organism: OrganismRow, sourceId: number): void;
  countEvent(organism: OrganismRow, seq: number, receivedAt: number): void;
  /** Writes what was gathered since the last time. */
  settle(): void;
  reset(): void;
}

export function createOrganismProjection(db: Connection): OrganismProjection {
  const book: RowBook<OrganismRow, [string]> = createRowBook(db, {
    table: 'organisms',
    key: ['name'],
    blank: blankOrganism,
  });
  const saveSource = db.prepare<[number, number]>(
    'UPDATE organisms SET source_id = ? WHERE id = ?',
  );
  return {
    get: (organismId) => book.get(storedName(organismId)),
    setSource(organism, sourceId) {
      if (organism.sourceId === sourceId) return;
      organism.sourceId = sourceId;
      saveSource.run(sourceId, organism.id);
    },
    countEvent(organism, seq, receivedAt) {
      organism.events += 1;
      organism.lastSeq = seq;
      organism.lastReceivedAt = Math.max(organism.lastReceivedAt, receivedAt);
    },
    settle: () => book.flush(),
    reset: () => book.reset(),
  };
}

function blankOrganism(id: number, name: string): OrganismRow {
  return {
    id,
    name,
    title: name,
    sourceId: 0,
    lastSeq: 0,
    lastReceivedAt: 0,
    events: 0,
    messages: 0,
    errors: 0,
  };
}
