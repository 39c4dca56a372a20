import { digestEvent } from '#db/event-digest.ts';
import type { AppendBatch, PreparedEvent } from '#db/store.ts';

import type { Connection } from '../connection.ts';
import { EVENT_CODES } from '../event-codes.ts';
import { CONFLICT, DUPLICATE } from '../positions.ts';
import type { organisms } from '../schema/organisms.ts';
import { storedKey, storedName } from '../stored-text.ts';
import { bodyOf } from './event-body.ts';
import { createEventProjector } from './event-projector.ts';
import { createNameBook } from './name-book.ts';
import type { RowBook } from './row-book.ts';
import { createRowBook } from './row-book.ts';
import { createSourceBook } from './source-book.ts';

type OrganismRow = typeof organisms.$inferSelect;
type SourceRow = ReturnType<ReturnType<typeof createSourceBook>['get']>;

/** Characters of a conflicting event kept in quarantine. */
const MAX_SAMPLE_CHARS = 1000;

/** Turns batches into rows. Runs inside a transaction that the caller begins and ends. */
export interface JournalWriter {
  /** Of the batch's events, in their order: the position, DUPLICATE or CONFLICT. */
  append(batch: AppendBatch): number[];
  /** Writes what was gathered in memory; the last step before COMMIT. */
  flush(): void;
  /** After a rollback: forgets everything that was not committed. */
  reset(): void;
  readonly lastSeq: number;
}

export function createJournalWriter(db: Connection): JournalWriter {
  const names = createNameBook(db);
  const sources = createSourceBook(db);
  const projector = createEventProjector(db, names);
  const organismBook: RowBook<OrganismRow, [string]> = createRowBook(db, {
    table: 'organisms',
    where: 'name = ?',
    blank: blankOrganism,
  });
  const insert = db.prepare(
    `INSERT INTO journal (seq, source_id, organism_id, type, key, occurred_at, received_at,
       body, digest, catalogue_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_id, key) DO NOTHING`,
  );
  const findKey = db.prepare<[number, string], { seq: number; digest: number }>(
    'SELECT seq, digest FROM journal WHERE source_id = ? AND key = ?',
  );
  const saveLastSeq = db.prepare<[string]>(
    `INSERT INTO meta (key, value) VALUES ('last_seq', ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  let lastSeq = readLastSeq(db);
  let committedSeq = lastSeq;

  function storeEvent(batch: BatchRows, event: PreparedEvent): number {
    const { source, organism } = batch;
    const key = storedKey(event.key);
    const digest = digestEvent(event);
    const seq = lastSeq + 1;
    const { changes } = insert.run(
      seq,
      source.id,
      organism.id,
      EVENT_CODES[event.type],
      key,
      event.occurredAt,
      event.receivedAt,
      bodyOf(event),
      digest,
      batch.catalogueId,
    );
    if (changes === 0) return refuse(source, { ...event, key }, digest);
    lastSeq = seq;
    source.accepted += 1;
    organism.events += 1;
    organism.lastSeq = seq;
    organism.lastReceivedAt = Math.max(organism.lastReceivedAt, event.receivedAt);
    projector.project(organism, seq, event);
    return seq;
  }

  /** An observation may be reworded by its source; a message or a model call may not. */
  function refuse(source: SourceRow, event: PreparedEvent, digest: number): number {
    const isFact = event.type === 'message' || event.type === 'usage';
    const stored = isFact ? findKey.get(source.id, event.key) : undefined;
    if (stored === undefined || stored.digest === digest) {
      source.duplicate += 1;
      return DUPLICATE;
    }
    sources.reject(source, {
      reason: 'conflict',
      detail: `${event.type} with key "${event.key}" of source "${source.name}" came again with another body; expected the one stored at position ${stored.seq}`,
      sample: JSON.stringify(event).slice(0, MAX_SAMPLE_CHARS),
      receivedAt: event.receivedAt,
    });
    return CONFLICT;
  }

  return {
    get lastSeq() {
      return committedSeq;
    },
    append(batch) {
      const source = sources.get(batch.source);
      const organism = organismBook.get(storedName(batch.organismId));
      organism.sourceId = source.id;
      const rows = { source, organism, catalogueId: names.idOf(batch.catalogueVersion) };
      const positions = batch.events.map((event) => {
        source.lastReceivedAt = Math.max(source.lastReceivedAt ?? 0, event.receivedAt);
        return storeEvent(rows, event);
      });
      for (const reject of batch.rejects) sources.reject(source, reject);
      if (batch.cursors !== undefined) sources.saveCursors(source, batch.cursors);
      if (batch.redactions !== undefined) sources.countRedactions(source, batch.redactions);
      return positions;
    },
    flush() {
      projector.flush();
      sources.flush();
      organismBook.flush();
      if (lastSeq !== committedSeq) saveLastSeq.run(String(lastSeq));
      committedSeq = lastSeq;
    },
    reset() {
      names.reset();
      sources.reset();
      projector.reset();
      organismBook.reset();
      lastSeq = readLastSeq(db);
      committedSeq = lastSeq;
    },
  };
}

interface BatchRows {
  readonly source: SourceRow;
  readonly organism: OrganismRow;
  readonly catalogueId: number;
}

/** Kept beside the journal, so that a position is not reused when its newest rows are deleted. */
export function readLastSeq(db: Connection): number {
  const row = db
    .prepare<[], { seq: number }>(
      `SELECT max(coalesce((SELECT max(seq) FROM journal), 0),
         coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_seq'), 0)) AS seq`,
    )
    .get();
  return row?.seq ?? 0;
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
