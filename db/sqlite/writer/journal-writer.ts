import { isSameEvent } from '#db/event-identity.ts';
import type { AppendBatch, PreparedEvent } from '#db/store.ts';

import type { Connection } from '../connection.ts';
import { EVENT_CODES } from '../event-codes.ts';
import { CONFLICT, DUPLICATE } from '../positions.ts';
import { PRUNED_PAYLOAD } from '../pruned-body.ts';
import type { CheckedRow } from '../row-check.ts';
import { storedKey } from '../stored-text.ts';
import type { AmendedCall, PreparedCall } from './amend-call.ts';
import { amendCall, factsOf, isWithin } from './amend-call.ts';
import { amendMessage } from './amendments.ts';
import { amendedBodyOf, bodyOf } from './event-body.ts';
import { createEventProjector } from './event-projector.ts';
import { createJournalTable } from './journal-table.ts';
import type { KeyBook, Taken } from './key-book.ts';
import { createKeyBook } from './key-book.ts';
import { createNameBook } from './name-book.ts';
import type { OrganismRow } from './organism-projection.ts';
import { createOrganismProjection } from './organism-projection.ts';
import { createSettlement } from './settlement.ts';
import type { SourceRow } from './source-book.ts';
import { createSourceBook } from './source-book.ts';
import { createStoredEvents } from './stored-events.ts';

/** Characters of a conflicting event kept in quarantine. */
const MAX_SAMPLE_CHARS = 1000;

/** Turns batches into rows. Runs inside a transaction that the caller begins and ends. */
export interface JournalWriter {
  /**
   * Of the batch's events, in their order: the position, DUPLICATE or CONFLICT.
   * @param amended is filled with what was stored in place of an event, by its place in the batch
   */
  append(batch: AppendBatch, amended?: Map<number, PreparedEvent>): number[];
  /** The newest position given out. */
  lastSeq(): number;
  /**
   * Writes the changes of threads, agents, organisms and rollups, this transaction's and those that
   * earlier ones left in memory.
   */
  settle(): void;
  /** Whether there are none of those. */
  isSettled(): boolean;
  /** Rows and events behind them, about. */
  gathered(): number;
  /** Writes all that a commit must have; the last step before COMMIT. */
  flush(): void;
  /** After the commit, before anything else is appended. */
  commit(): void;
  /** After a rollback: forgets everything, and finds in the journal what was committed. */
  reset(): void;
}

/** The rows that all events of a batch belong to. */
interface BatchRows {
  readonly source: SourceRow;
  readonly organism: OrganismRow;
  readonly catalogueId: number;
}

interface Stored {
  readonly position: number;
  /** What is at that position instead. */
  readonly amended?: PreparedEvent;
}

interface StoredKey {
  readonly text: string;
  readonly hash: number;
}

/** @param keys which keys are taken; other than the store's own only in tests */
export function createJournalWriter(
  db: Connection,
  keys: KeyBook = createKeyBook(db),
): JournalWriter {
  const names = createNameBook(db);
  const sources = createSourceBook(db);
  const journal = createJournalTable(db);
  const storedEvents = createStoredEvents(db);
  const projector = createEventProjector(db, names);
  const organisms = createOrganismProjection(db);
  const settlement = createSettlement(db, { projector, organisms, storedEvents });
  const amending = {
    keys,
    read: ({ event, seq }: Taken) => event ?? storedEvents.read(seq),
  };
  const readNewest = (seq: number) => storedEvents.readNewest(seq);
  const parts = [projector, sources, journal, settlement, keys];

  function takeEvent(rows: BatchRows, event: PreparedEvent, key: StoredKey): Stored {
    const { source } = rows;
    source.lastReceivedAt = Math.max(source.lastReceivedAt ?? 0, event.receivedAt);
    const taken = keys.find(source.id, key.text, key.hash);
    if (taken === null) return { position: storeEvent(rows, event, key) };
    if (event.type === 'usage' && event.mayAmend === true) return takeCallAgain(rows, event, taken);
    const amendment =
      event.type === 'message' && event.mayAmend === true
        ? amendMessage(amending, source.id, { next: event, first: taken })
        : null;
    if (amendment === null) return { position: refuse(source, event, taken) };
    const { event: amended, hash } = amendment;
    return { position: storeEvent(rows, amended, { text: storedKey(amended.key), hash }), amended };
  }

  function takeCallAgain(rows: BatchRows, next: PreparedCall, first: Taken): Stored {
    const { source, organism } = rows;
    // What this transaction has gathered: the first telling may be among it.
    if (first.event !== null) flushRows();
    const of = { sourceId: source.id, organismId: organism.name };
    const amendment = amendCall({ keys, readNewest }, of, { next, first });
    if (amendment === null) {
      const isKnown = next.mayRepeat === true || isWithinKnown(next, first);
      return { position: isKnown ? countDuplicate(source) : refuse(source, next, first) };
    }
    const { event, hash } = amendment;
    return {
      position: storeAmendment(rows, event, { text: storedKey(event.key), hash }),
      amended: event,
    };
  }

  function isWithinKnown(next: PreparedCall, { seq }: Taken): boolean {
    const known = readNewest(seq);
    return known?.type === 'usage' && isWithin(known, next);
  }

  function flushRows(): void {
    projector.flush();
    journal.flush();
  }

  /** The call keeps its position, its row in the ledger says what it is now, and its body what it was told by. */
  function storeAmendment(rows: BatchRows, event: AmendedCall, key: StoredKey): number {
    const first = event.amends.seq;
    const told = storedEvents.read(first);
    const ledger = projector.amend(rows.organism, event);
    const body = amendedBodyOf(event, told?.type === 'usage' ? factsOf(told) : event.amends.was);
    journal.rewrite(first, { body, ledger });
    const row = { type: EVENT_CODES.usage_amended, body: bodyOf(event), ledger: null };
    return addRow(rows, event, key, () => row);
  }

  function storeEvent(rows: BatchRows, event: PreparedEvent, key: StoredKey): number {
    return addRow(rows, event, key, (seq) => ({
      type: EVENT_CODES[event.type],
      body: bodyOf(event),
      ledger: projector.project(rows.organism, seq, event),
    }));
  }

  function addRow(
    rows: BatchRows,
    event: PreparedEvent,
    key: StoredKey,
    more: (seq: number) => Pick<CheckedRow, 'type' | 'body' | 'ledger'>,
  ): number {
    const { source, organism, catalogueId } = rows;
    const seq = journal.nextSeq();
    source.accepted += 1;
    organisms.countEvent(organism, seq, event.receivedAt);
    settlement.note(seq);
    journal.add({
      seq,
      sourceId: source.id,
      organismId: organism.id,
      key: key.text,
      keyHash: key.hash,
      occurredAt: event.occurredAt,
      receivedAt: event.receivedAt,
      catalogueId,
      ...more(seq),
    });
    keys.add(key.hash, { seq, sourceId: source.id, key: key.text, event });
    return seq;
  }

  function storeEvents(
    source: SourceRow,
    batch: AppendBatch,
    amended: Map<number, PreparedEvent>,
  ): number[] {
    const organism = organisms.get(batch.organismId);
    organisms.setSource(organism, source.id);
    const rows = { source, organism, catalogueId: names.idOf(batch.catalogueVersion) };
    const texts = batch.events.map((event) => storedKey(event.key));
    const hashes = keys.lookUp(source.id, texts);
    return batch.events.map((event, i) => {
      const stored = takeEvent(rows, event, { text: texts[i] ?? '', hash: hashes[i] ?? 0 });
      if (stored.amended !== undefined) amended.set(i, stored.amended);
      return stored.position;
    });
  }

  /** An observation may be reworded by its source; a message or a model call may not. */
  function refuse(source: SourceRow, event: PreparedEvent, taken: Taken): number {
    const isFact = event.type === 'usage' || (event.type === 'message' && event.mayAmend !== true);
    if (!isFact || isResend(taken.event ?? storedEvents.read(taken.seq), event)) {
      return countDuplicate(source);
    }
    sources.reject(source, {
      reason: 'conflict',
      detail: `${event.type} with key "${event.key}" of source "${source.name}" came again with another body; expected the one stored at position ${taken.seq}`,
      sample: JSON.stringify(event).slice(0, MAX_SAMPLE_CHARS),
      receivedAt: event.receivedAt,
    });
    return CONFLICT;
  }

  function countDuplicate(source: SourceRow): number {
    source.duplicate += 1;
    return DUPLICATE;
  }

  return {
    append(batch, amended = new Map()) {
      settlement.prepare();
      const source = sources.get(batch.source);
      // What was only refused is of no organism: none is made up for it.
      const positions = batch.events.length === 0 ? [] : storeEvents(source, batch, amended);
      for (const reject of batch.rejects) sources.reject(source, reject);
      if (batch.cursors !== undefined) sources.saveCursors(source, batch.cursors);
      if (batch.redactions !== undefined) sources.countRedactions(source, batch.redactions);
      return positions;
    },
    lastSeq: () => journal.lastSeq(),
    settle: () => settlement.settle(),
    isSettled: () => settlement.isSettled(),
    gathered: () => settlement.gathered(),
    flush() {
      for (const part of parts) part.flush();
    },
    commit: () => keys.commit(),
    reset() {
      names.reset();
      storedEvents.reset();
      for (const part of parts) part.reset();
    },
  };
}

/** What is no longer kept cannot be told apart: the key alone decides. */
function isResend(stored: PreparedEvent | null, event: PreparedEvent): boolean {
  if (stored === null) return true;
  const isPruned = 'isPayloadPruned' in stored;
  return isSameEvent(stored, isPruned ? { ...event, ...PRUNED_PAYLOAD } : event);
}
