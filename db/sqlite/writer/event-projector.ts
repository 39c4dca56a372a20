import type { PreparedEvent } from '#db/store.ts';
import type { DraftOf } from '#organism/event.ts';

import type { Connection } from '../connection.ts';
import type { organisms } from '../schema/organisms.ts';
import { createAgentProjection } from './agent-projection.ts';
import type { NameBook } from './name-book.ts';
import { createRowInserter } from './row-inserter.ts';
import { createThreadProjection } from './thread-projection.ts';
import type { LedgerRow } from './usage-ledger.ts';
import { createUsageLedger } from './usage-ledger.ts';

type OrganismRow = typeof organisms.$inferSelect;

/** Spreads a stored event over the tables it is looked up in. */
export interface EventProjector {
  /** The ledger's row, which the journal's row check covers; null unless it is a model call. */
  project(organism: OrganismRow, seq: number, event: PreparedEvent): LedgerRow | null;
  flush(): void;
  reset(): void;
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
  const insertError = db.prepare(
    `INSERT INTO errors (seq, organism_id, thread_id, agent_id, occurred_at)
     VALUES (?, ?, ?, ?, ?)`,
  );

  function addMessage(organism: OrganismRow, seq: number, event: DraftOf<'message'>): void {
    const { fromId, toId } = agents.applyMessage(organism.id, event);
    const threadId = threads.applyMessage(organism.id, event, [fromId, toId]);
    const payloadTypeId = names.idOf(event.payloadType);
    organism.messages += 1;
    messages.add([seq, organism.id, threadId, fromId, toId, payloadTypeId, event.occurredAt]);
  }

  function addError(organism: OrganismRow, seq: number, event: DraftOf<'error'>): void {
    const threadId = threads.applyError(organism.id, event);
    const agentId = agents.idOf(organism.id, event.agent);
    organism.errors += 1;
    insertError.run(seq, organism.id, threadId, agentId, event.occurredAt);
  }

  function apply(
    organism: OrganismRow,
    seq: number,
    event: Exclude<PreparedEvent, { type: 'usage' }>,
  ): void {
    switch (event.type) {
      case 'organism':
        organism.title = event.name;
        return;
      case 'agent':
        return agents.applyAgent(organism.id, event);
      case 'agent_state':
        return agents.applyState(organism.id, event);
      case 'thread_created':
      case 'thread_updated':
        return threads.applyFacts(organism.id, event);
      case 'message':
        return addMessage(organism, seq, event);
      case 'budget':
        return threads.applyBudget(organism.id, event);
      case 'error':
        return addError(organism, seq, event);
      case 'source_status':
      case 'allowance':
      case 'reload':
      case 'gap':
      case 'raw':
    }
  }

  return {
    project(organism, seq, event) {
      if (event.type === 'usage') return ledger.add(organism.id, seq, event);
      apply(organism, seq, event);
      return null;
    },
    flush() {
      messages.flush();
      ledger.flush();
      threads.flush();
      agents.flush();
    },
    reset() {
      messages.reset();
      ledger.reset();
      threads.reset();
      agents.reset();
    },
  };
}
