import type { DraftOf } from '#organism/event.ts';

import type { Connection } from '../connection.ts';
import type { threads } from '../schema/threads.ts';
import { storedName } from '../stored-text.ts';
import type { AgentProjection } from './agent-projection.ts';
import { latest } from './latest.ts';
import type { RowBook } from './row-book.ts';
import { createRowBook } from './row-book.ts';

type ThreadRow = typeof threads.$inferSelect;

/** Pairs of thread and participant known to be stored; at the bound they start over. */
const MAX_CACHED_PAIRS = 50_000;

/** Threads as the reducer merges them, with one difference: participants are never taken away. */
export interface ThreadProjection {
  get(organismId: number, threadId: string): ThreadRow;
  applyFacts(
    organismId: number,
    event: DraftOf<'thread_created'> | DraftOf<'thread_updated'>,
  ): void;
  applyMessage(organismId: number, event: DraftOf<'message'>, agentIds: readonly number[]): number;
  applyBudget(organismId: number, event: DraftOf<'budget'>): void;
  applyError(organismId: number, event: DraftOf<'error'>): number;
  /** Writes what was gathered since the last time. */
  settle(): void;
  reset(): void;
}

export function createThreadProjection(db: Connection, agents: AgentProjection): ThreadProjection {
  const book: RowBook<ThreadRow, [number, string]> = createRowBook(db, {
    table: 'threads',
    key: ['organism_id', 'name'],
    blank: blankThread,
  });
  const link = db.prepare<[number, number]>(
    'INSERT OR IGNORE INTO thread_agents (thread_id, agent_id) VALUES (?, ?)',
  );
  const linked = new Set<string>();
  const get = (organismId: number, threadId: string) => book.get(organismId, storedName(threadId));

  function addParticipant(threadId: number, agentId: number): void {
    const pair = `${threadId}.${agentId}`;
    if (agentId === 0 || linked.has(pair)) return;
    link.run(threadId, agentId);
    if (linked.size >= MAX_CACHED_PAIRS) linked.clear();
    linked.add(pair);
  }

  return {
    get,
    applyFacts(organismId, event) {
      const thread = get(organismId, event.threadId);
      thread.status = event.status;
      thread.messageCount = Math.max(event.messageCount ?? 0, thread.messageCount);
      thread.createdAt = event.createdAt ?? thread.createdAt;
      thread.lastActivity = latest(thread.lastActivity, event.lastActivity ?? event.occurredAt);
      thread.parentThread = event.parentThread ?? thread.parentThread;
      thread.conversation = event.conversation ?? thread.conversation;
      // Killing an errored thread erases its error upstream; here it stays.
      thread.error = event.error ?? thread.error;
      for (const name of event.participants ?? []) {
        if (name !== '') addParticipant(thread.id, agents.idOf(organismId, name));
      }
    },
    applyMessage(organismId, event, agentIds) {
      const thread = get(organismId, event.threadId);
      thread.status = seenAtWork(thread.status);
      thread.messagesSeen += 1;
      thread.messageCount = Math.max(thread.messageCount, thread.messagesSeen);
      thread.createdAt ??= event.occurredAt;
      thread.lastActivity = latest(thread.lastActivity, event.occurredAt);
      for (const agentId of agentIds) addParticipant(thread.id, agentId);
      return thread.id;
    },
    applyBudget(organismId, event) {
      const thread = get(organismId, event.threadId);
      thread.status = seenAtWork(thread.status);
      thread.budgetMaxTokens = event.maxTokens;
      thread.budgetPromptTokens = event.promptTokens;
      thread.budgetCompletionTokens = event.completionTokens;
      thread.budgetTotalTokens = event.totalTokens;
      thread.budgetReadAt = event.occurredAt;
    },
    applyError(organismId, event) {
      if (event.threadId === null) return 0;
      const thread = get(organismId, event.threadId);
      thread.error = event.text;
      thread.lastActivity = latest(thread.lastActivity, event.occurredAt);
      return thread.id;
    },
    settle: () => book.flush(),
    reset() {
      book.reset();
      linked.clear();
    },
  };
}

/** A thread known only from usage or an error has no status; a message or a budget is a sign of life. */
function seenAtWork(status: string): string {
  return status === 'unknown' ? 'active' : status;
}

function blankThread(id: number, organismId: number, name: string): ThreadRow {
  return {
    id,
    organismId,
    name,
    status: 'unknown',
    messageCount: 0,
    messagesSeen: 0,
    createdAt: null,
    lastActivity: null,
    error: null,
    parentThread: null,
    conversation: null,
    budgetMaxTokens: null,
    budgetPromptTokens: null,
    budgetCompletionTokens: null,
    budgetTotalTokens: null,
    budgetReadAt: null,
    totalTokens: 0,
    costNanos: 0,
    unpricedRequests: 0,
    firstUsageSeq: null,
    lastUsageSeq: null,
  };
}
