import type { StoredBudget, StoredThread } from '#db/store.ts';
import type {
  AgentInfo,
  MessageInfo,
  OrganismInfo,
  ThreadInfo,
} from '#organism/agentserver/entities.ts';
import { toDollars } from '#organism/agentserver/usage-views.ts';
import type { ThreadBudgetInfo } from '#organism/agentserver/usage.ts';
import type { UsageEventRow } from '#organism/api/resources.ts';
import type { EventOf } from '#organism/event.ts';
import { effectiveCostNanos } from '#organism/event.ts';
import { isExhausted, percentUsed, remainingTokens } from '#organism/gas.ts';
import { formatInstant } from '#organism/instant.ts';
import { isRecord } from '#organism/record.ts';
import type { AgentView, OrganismState, ThreadView } from '#organism/state.ts';
import { completionTokens, promptTokens, totalTokens } from '#organism/tokens.ts';
import type { UsageSum } from '#organism/usage-sum.ts';

/** Our picture in the words of the AgentServer contract. REST and the socket both speak through here. */

/** The newest threads a `connected` snapshot carries. */
const MAX_SNAPSHOT_THREADS = 100;

export function organismInfo(state: OrganismState, now: number): OrganismInfo {
  return {
    name: state.name,
    status: state.status,
    uptimeSeconds: state.startedAt === null ? 0 : Math.max(0, (now - state.startedAt) / 1000),
    agentCount: listAgents(state).length,
    activeThreads: countActiveThreads(state),
    totalMessages: state.counts.messages,
    identityConfigured: state.identityConfigured,
  };
}

/** Those the upstream lists; messages may name others. */
export function listAgents(state: OrganismState): readonly AgentView[] {
  return [...state.agents.values()].filter(isPresent);
}

/** The agent of that name, if the upstream lists it now. */
export function findAgent(state: OrganismState, name: string): AgentView | null {
  const agent = state.agents.get(name);
  return agent !== undefined && isPresent(agent) ? agent : null;
}

function isPresent(agent: AgentView): boolean {
  return agent.isListed && !agent.isRemoved;
}

/** A thread still marked active from before a restart of the upstream was cut off: it is not running. */
export function countActiveThreads(state: OrganismState): number {
  let active = 0;
  for (const thread of state.threads.values()) {
    if (thread.status === 'active' && thread.run === state.run) active += 1;
  }
  return active;
}

export function agentInfo(agent: AgentView): AgentInfo {
  return {
    name: agent.name,
    description: agent.description,
    isAgent: agent.isAgent,
    peers: [...agent.peers],
    payloadClass: agent.payloadClass,
    // The contract has no word for it; its own server begins with this one.
    state: agent.state === 'unknown' ? 'idle' : agent.state,
    currentThread: agent.currentThread,
    queueDepth: agent.queueDepth ?? 0,
    lastActivity: formatNullable(agent.lastActivity),
    messageCount: Math.max(agent.messageCount, agent.sent),
  };
}

export function threadInfo(thread: ThreadView | StoredThread): ThreadInfo {
  return {
    id: thread.id,
    status: thread.status,
    participants: [...thread.participants],
    messageCount: thread.messageCount,
    createdAt: formatInstant(thread.createdAt ?? thread.lastActivity ?? 0),
    lastActivity: formatNullable(thread.lastActivity),
    error: thread.error,
  };
}

export function newestThreads(state: OrganismState): readonly ThreadInfo[] {
  return [...state.threads.values()]
    .filter(isAnnounced)
    .sort((a, b) => (b.lastActivity ?? 0) - (a.lastActivity ?? 0))
    .slice(0, MAX_SNAPSHOT_THREADS)
    .map(threadInfo);
}

/** Whether a thread is more than a name in the ledger. */
export function isAnnounced(thread: ThreadView): boolean {
  return thread.status !== 'unknown';
}

export function messageInfo(event: EventOf<'message'>): MessageInfo {
  return {
    id: event.id,
    threadId: event.threadId,
    from: event.from,
    to: event.to,
    payloadType: event.payloadType,
    payload: toObject(event.payload),
    ...(event.isPayloadPruned === true ? { payloadPruned: true as const } : {}),
    timestamp: formatInstant(event.occurredAt),
    slotIndex: event.slotIndex ?? null,
  };
}

/** The contract's payloads are objects; what other runtimes say is often a text or a list. */
function toObject(payload: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(payload)) return payload;
  return payload === null || payload === undefined ? {} : { value: payload };
}

export function budgetInfo(
  threadId: string,
  budget: Omit<StoredBudget, 'readAt'>,
): ThreadBudgetInfo {
  const { maxTokens } = budget;
  return {
    threadId,
    maxTokens,
    promptTokens: budget.promptTokens,
    completionTokens: budget.completionTokens,
    totalTokens: budget.totalTokens,
    remaining: remainingTokens(budget.totalTokens, maxTokens),
    percentUsed: percentUsed(budget.totalTokens, maxTokens),
    isExhausted: isExhausted(budget.totalTokens, maxTokens),
  };
}

/** Our journal position is the id: it grows with every call we learn of, whatever its own time. */
export function usageEventRow(event: EventOf<'usage'>): UsageEventRow {
  const effective = effectiveCostNanos(event);
  return {
    id: event.seq,
    timestamp: formatInstant(event.occurredAt),
    threadId: event.threadId ?? '',
    agentId: event.agent,
    model: event.model,
    provider: event.provider,
    promptTokens: promptTokens(event.tokens),
    completionTokens: completionTokens(event.tokens),
    totalTokens: totalTokens(event.tokens),
    latencyMs: event.latencyMs ?? 0,
    estimatedCost: effective === null ? null : toDollars(effective),
    metadata: {
      ...event.metadata,
      ...(event.org === null ? {} : { org_id: event.org }),
      ...(event.user === null ? {} : { user_id: event.user }),
    },
    tokens: event.tokens,
    costNanos: event.costNanos,
    reportedCostNanos: event.reportedCostNanos,
    billing: event.billing ?? 'api',
    listCostNanos: event.listCostNanos ?? null,
    cacheWrite1h: event.cacheWrite1h ?? null,
  };
}

export function averageLatencyMs(sum: UsageSum): number {
  return sum.latencyCount === 0 ? 0 : sum.latencyMsTotal / sum.latencyCount;
}

function formatNullable(instant: number | null): string | null {
  return instant === null ? null : formatInstant(instant);
}
