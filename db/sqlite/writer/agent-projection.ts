import type { DraftOf } from '#organism/event.ts';

import type { Connection } from '../connection.ts';
import type { agents } from '../schema/agents.ts';
import { storedName } from '../stored-text.ts';
import { latest } from './latest.ts';
import type { RowBook } from './row-book.ts';
import { createRowBook } from './row-book.ts';

type AgentRow = typeof agents.$inferSelect;

export interface AgentProjection {
  /** 0 stands for null. */
  idOf(organismId: number, name: string | null): number;
  applyAgent(organismId: number, event: DraftOf<'agent'>): void;
  applyState(organismId: number, event: DraftOf<'agent_state'>): void;
  /** Ids of the two ends; 0 where the message names none. */
  applyMessage(organismId: number, event: DraftOf<'message'>): { fromId: number; toId: number };
  /** Writes what was gathered since the last time. */
  settle(): void;
  reset(): void;
}

export function createAgentProjection(db: Connection): AgentProjection {
  const book: RowBook<AgentRow, [number, string]> = createRowBook(db, {
    table: 'agents',
    key: ['organism_id', 'name'],
    blank: blankAgent,
  });
  const get = (organismId: number, name: string) => book.get(organismId, storedName(name));

  return {
    idOf: (organismId, name) => (name === null ? 0 : book.idOf(organismId, storedName(name))),
    applyAgent(organismId, event) {
      const agent = get(organismId, event.agent);
      agent.description = event.description || agent.description;
      agent.isAgent = Number(event.isAgent);
      agent.isRemoved = Number(event.isRemoved ?? false);
      agent.messageCount = event.messageCount ?? agent.messageCount;
      agent.lastActivity = latest(agent.lastActivity, event.lastActivity);
    },
    applyState(organismId, event) {
      const agent = get(organismId, event.agent);
      agent.state = event.state;
      agent.lastActivity = latest(agent.lastActivity, event.occurredAt);
    },
    applyMessage(organismId, event) {
      const from = event.from === '' ? null : get(organismId, event.from);
      const to = event.to === '' ? null : get(organismId, event.to);
      if (from !== null) {
        from.sent += 1;
        from.messagesSeen += 1;
        from.lastActivity = latest(from.lastActivity, event.occurredAt);
      }
      if (to !== null) {
        to.received += 1;
        if (to !== from) to.messagesSeen += 1;
      }
      return { fromId: from?.id ?? 0, toId: to?.id ?? 0 };
    },
    settle: () => book.flush(),
    reset: () => book.reset(),
  };
}

function blankAgent(id: number, organismId: number, name: string): AgentRow {
  return {
    id,
    organismId,
    name,
    description: '',
    isAgent: 1,
    isRemoved: 0,
    state: 'unknown',
    lastActivity: null,
    messageCount: 0,
    sent: 0,
    received: 0,
    messagesSeen: 0,
  };
}
