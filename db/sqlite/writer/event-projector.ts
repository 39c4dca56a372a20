import type { PreparedEvent } from '#db/store.ts';
import type { DraftOf } from '#organism/event.ts';

import type { Connection } from '../connection.ts';
import type { organisms } from '../schema/organisms.ts';
import { createAgentProjection } from './agent-projection.ts';
import type { AmendedCall } from './amend-call.ts';
import type { NameBook } from './name-book.ts';
import type { RowInserter } from './row-inserter.ts';
import { createRowInserter } from './row-inserter.ts';
import { createThreadProjection } from './thread-projection.ts';
import type { LedgerRow } from './usage-ledger.ts';
import { createUsageLedger } from './usage-ledger.ts';

type OrganismRow = typeof organisms.$inferSelect;

/**
 * Spreads a stored event over the tables it is looked up in: a row of its own, which goes with the
 * event, and changes to threads, agents and rollups, which are gathered until they are settled.
 */
export interface EventProjector {
  /** The ledger's row, which the journal's row check covers; null unless it is a model call. */
  project(organism: OrganismRow, seq: number, event: PreparedEvent): LedgerRow | null;
  /** Puts the ledger's row of a call that is flushed right; returns it, as `project` does. */
  amend(organism: OrganismRow, event: AmendedCall): LedgerRow;
  /** Gathers the changes once more of an event whose own row is stored. */
  replay(organism: OrganismRow, seq: number, event: PreparedEvent): void;
  /** Writes the rows of events. */
  flush(): void;
  /** Rows to be written by `settle`, about. */
  gathered(): number;
  /** Writes what was gathered. */
  settle(): void;
  reset(): void;
}

/** A row of an event that is no model call. */
interface OwnRow {
  readonly table: RowInserter;
  readonly values: readonly number[];
}

export function createEventProjector(db: Connection, names: NameBook): EventProjector {
  const agents = createAgentProjection(db);
  const threads = createThreadProjection(db, agents);
  const ledger = createUsageLedger(db, { names, agents, threads });
  const messages = createRowInserter(db, 'messages', [
    'seq',
    'organism_id',
    'thread_id',
    'from_id',
    'to_id',
    'payload_type_id',
    'occurred_at',
  ]);
  const errors = createRowInserter(db, 'errors', [
    'seq',
    'organism_id',
    'thread_id',
    'agent_id',
    'occurred_at',
  ]);
  const amended = createRowInserter(db, 'amended_messages', ['seq', 'by_seq'], 'INSERT OR REPLACE');
  const parts = [messages, amended, errors, ledger, threads, agents];

  function addMessage(
    organism: OrganismRow,
    seq: number,
    event: Extract<PreparedEvent, { type: 'message' }>,
  ): OwnRow {
    // The message itself has its row, and is counted.
    if (event.amends !== undefined) return { table: amended, values: [event.amends.seq, seq] };
    const { fromId, toId } = agents.applyMessage(organism.id, event);
    const threadId = threads.applyMessage(organism.id, event, [fromId, toId]);
    const payloadTypeId = names.idOf(event.payloadType);
    organism.messages += 1;
    const ids = [organism.id, threadId, fromId, toId, payloadTypeId];
    return { table: messages, values: [seq, ...ids, event.occurredAt] };
  }

  function addError(organism: OrganismRow, seq: number, event: DraftOf<'error'>): OwnRow {
    const threadId = threads.applyError(organism.id, event);
    const agentId = agents.idOf(organism.id, event.agent);
    organism.errors += 1;
    return { table: errors, values: [seq, organism.id, threadId, agentId, event.occurredAt] };
  }

  function apply(
    organism: OrganismRow,
    seq: number,
    event: Exclude<PreparedEvent, { type: 'usage' }>,
  ): OwnRow | null {
    switch (event.type) {
      case 'message':
        return addMessage(organism, seq, event);
      case 'error':
        return addError(organism, seq, event);
      case 'usage_amended':
        ledger.amend(organism.id, event);
        return null;
      case 'organism':
        organism.title = event.name;
        return null;
      case 'agent':
        agents.applyAgent(organism.id, event);
        return null;
      case 'agent_state':
        agents.applyState(organism.id, event);
        return null;
      case 'thread_created':
      case 'thread_updated':
        threads.applyFacts(organism.id, event);
        return null;
      case 'budget':
        threads.applyBudget(organism.id, event);
        return null;
      case 'source_status':
      case 'allowance':
      case 'context':
      case 'reload':
      case 'gap':
      case 'raw':
        return null;
    }
  }

  return {
    project(organism, seq, event) {
      if (event.type === 'usage') {
        const row = ledger.apply(organism.id, seq, event);
        ledger.store(seq, row);
        return row;
      }
      const own = apply(organism, seq, event);
      own?.table.add(own.values);
      return null;
    },
    amend(organism, event) {
      const row = ledger.amend(organism.id, event);
      ledger.replace(event.amends.seq, row);
      return row;
    },
    replay(organism, seq, event) {
      if (event.type === 'usage') ledger.apply(organism.id, seq, event);
      else apply(organism, seq, event);
    },
    flush() {
      messages.flush();
      amended.flush();
      errors.flush();
      ledger.flush();
    },
    gathered: () => ledger.cells(),
    settle() {
      ledger.settle();
      threads.settle();
      agents.settle();
    },
    reset() {
      for (const part of parts) part.reset();
    },
  };
}
