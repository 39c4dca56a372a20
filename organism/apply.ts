import { OrganismDraft } from './draft.ts';
import type { EventOf, JournalEvent } from './event.ts';
import { BUDGET_THRESHOLDS } from './gas.ts';
import type { BudgetView, OrganismState, ThreadView } from './state.ts';
import { MAX_BUDGET_READINGS } from './state.ts';
import { totalTokens } from './tokens.ts';
import { addUsage } from './usage-sum.ts';

/** A start this much later than the known one is a new life; less is the jitter of a computed uptime. */
const RESTART_TOLERANCE_MS = 5000;

/**
 * Folds journal events into the picture: `state = events.reduce(apply, empty)`, a batch at a time.
 * Pure; events at or before `state.seq` are skipped, so an overlap on resume does no harm.
 */
export function applyAll(state: OrganismState, events: readonly JournalEvent[]): OrganismState {
  const draft = new OrganismDraft(state);
  let isChanged = false;
  for (const event of events) {
    if (event.seq <= draft.fields.seq || event.organismId !== state.organismId) continue;
    isChanged = true;
    draft.fields.seq = event.seq;
    draft.counts.events += 1;
    draft.countActivity(event.receivedAt, event.type === 'usage' ? totalTokens(event.tokens) : 0);
    applyOne(draft, event);
  }
  return isChanged ? draft.finish() : state;
}

export function apply(state: OrganismState, event: JournalEvent): OrganismState {
  return applyAll(state, [event]);
}

function applyOne(draft: OrganismDraft, event: JournalEvent): void {
  switch (event.type) {
    case 'organism':
      return applyOrganism(draft, event);
    case 'agent':
      return applyAgent(draft, event);
    case 'agent_state':
      return applyAgentState(draft, event);
    case 'thread_created':
    case 'thread_updated':
      return applyThread(draft, event);
    case 'message':
      return applyMessage(draft, event);
    case 'usage':
      return applyUsage(draft, event);
    case 'budget':
      return applyBudget(draft, event);
    case 'error':
      return applyError(draft, event);
    case 'source_status':
      return applySourceStatus(draft, event);
    case 'reload':
      for (const agent of event.removed) draft.patchAgent(agent, () => ({ isRemoved: true }));
      for (const agent of event.added) draft.patchAgent(agent, () => ({ isRemoved: false }));
      return;
    case 'gap':
      return draft.addGap(event);
    case 'raw':
      draft.counts.raw += 1;
  }
}

function applyOrganism(draft: OrganismDraft, event: EventOf<'organism'>): void {
  const { fields } = draft;
  const isNewRun =
    fields.startedAt === null || event.startedAt > fields.startedAt + RESTART_TOLERANCE_MS;
  if (isNewRun) {
    fields.run += 1;
    fields.startedAt = event.startedAt;
  }
  fields.name = event.name;
  fields.status = event.status;
  fields.identityConfigured = event.identityConfigured ?? fields.identityConfigured;
  fields.config = event.config ?? fields.config;
}

function applyAgent(draft: OrganismDraft, event: EventOf<'agent'>): void {
  draft.patchAgent(event.agent, (agent) => ({
    description: event.description,
    isAgent: event.isAgent,
    peers: event.peers,
    payloadClass: event.payloadClass,
    rootTag: event.rootTag ?? agent.rootTag,
    parent: event.parent ?? agent.parent,
    queueDepth:
      (event.queueDepth ?? 0) > 0 ? (event.queueDepth ?? null) : zeroOnceMoved(agent.queueDepth),
    messageCount: event.messageCount ?? agent.messageCount,
    lastActivity: latest(agent.lastActivity, event.lastActivity),
    isRemoved: event.isRemoved ?? false,
  }));
}

/** A depth that has moved may be shown as 0 again; one that never moved stays unknown. */
function zeroOnceMoved(queueDepth: number | null): number | null {
  return queueDepth === null ? null : 0;
}

function applyAgentState(draft: OrganismDraft, event: EventOf<'agent_state'>): void {
  draft.patchAgent(event.agent, (agent) => ({
    state: event.state,
    stateSince: agent.state === event.state ? agent.stateSince : event.occurredAt,
    currentThread: event.currentThread,
    waitingReason: event.reason ?? null,
    lastActivity: latest(agent.lastActivity, event.occurredAt),
  }));
}

function applyThread(
  draft: OrganismDraft,
  event: EventOf<'thread_created'> | EventOf<'thread_updated'>,
): void {
  draft.patchThread(event.threadId, (thread) => ({
    status: event.status,
    participants: event.participants ?? thread.participants,
    messageCount: Math.max(event.messageCount ?? 0, thread.messageCount),
    createdAt: event.createdAt ?? thread.createdAt,
    lastActivity: latest(thread.lastActivity, event.lastActivity ?? event.occurredAt),
    parentThread: event.parentThread ?? thread.parentThread,
    conversation: event.conversation ?? thread.conversation,
    // Killing an errored thread erases its error upstream; here it stays.
    error: event.error ?? thread.error,
  }));
}

function applyMessage(draft: OrganismDraft, event: EventOf<'message'>): void {
  draft.counts.messages += 1;
  draft.addMessage(event);
  draft.patchThread(event.threadId, (thread) => ({
    participants: withParticipants(thread, [event.from, event.to]),
    messageCount: Math.max(thread.messageCount, thread.messagesSeen + 1),
    messagesSeen: thread.messagesSeen + 1,
    createdAt: thread.createdAt ?? event.occurredAt,
    lastActivity: latest(thread.lastActivity, event.occurredAt),
  }));
  if (event.from !== '') {
    draft.patchAgent(event.from, (agent) => ({
      sent: agent.sent + 1,
      lastActivity: latest(agent.lastActivity, event.occurredAt),
    }));
  }
  if (event.to !== '') draft.patchAgent(event.to, (agent) => ({ received: agent.received + 1 }));
}

function withParticipants(thread: ThreadView, names: readonly string[]): readonly string[] {
  const added = names.filter((name) => name !== '' && !thread.participants.includes(name));
  return added.length === 0 ? thread.participants : [...thread.participants, ...new Set(added)];
}

function applyUsage(draft: OrganismDraft, event: EventOf<'usage'>): void {
  draft.fields.usage = addUsage(draft.fields.usage, event);
  draft.addModelUsage(event.model, (sum) => addUsage(sum, event));
  if (event.agent !== null) {
    draft.patchAgent(event.agent, (agent) => ({ usage: addUsage(agent.usage, event) }));
  }
  if (event.threadId !== null) {
    draft.patchThread(event.threadId, (thread) => ({
      usage: addUsage(thread.usage, event),
      lastActivity: latest(thread.lastActivity, event.occurredAt),
    }));
  }
}

function applyBudget(draft: OrganismDraft, event: EventOf<'budget'>): void {
  draft.patchThread(event.threadId, (thread) => ({
    budget: nextBudget(thread, event, draft.fields.run),
  }));
}

function nextBudget(thread: ThreadView, event: EventOf<'budget'>, run: number): BudgetView {
  const old = thread.run === run ? thread.budget : null;
  const crossedAt: Partial<Record<number, number>> = { ...old?.crossedAt };
  for (const threshold of BUDGET_THRESHOLDS) {
    const isCrossed =
      event.maxTokens > 0 && event.totalTokens >= (event.maxTokens * threshold) / 100;
    if (isCrossed) crossedAt[threshold] ??= event.occurredAt;
  }
  return {
    maxTokens: event.maxTokens,
    promptTokens: event.promptTokens,
    completionTokens: event.completionTokens,
    totalTokens: event.totalTokens,
    readAt: event.occurredAt,
    readings: [
      ...(old?.readings ?? []),
      { at: event.occurredAt, totalTokens: event.totalTokens },
    ].slice(-MAX_BUDGET_READINGS),
    crossedAt,
  };
}

function applyError(draft: OrganismDraft, event: EventOf<'error'>): void {
  draft.counts.errors += 1;
  draft.addError(event);
  if (event.threadId !== null) {
    draft.patchThread(event.threadId, (thread) => ({
      error: event.text,
      lastActivity: latest(thread.lastActivity, event.occurredAt),
    }));
  }
}

function applySourceStatus(draft: OrganismDraft, event: EventOf<'source_status'>): void {
  draft.putSource({
    name: event.source,
    state: event.state,
    since: event.since,
    socketMode: event.socketMode,
    reason: event.reason ?? null,
    nextTryAt: event.nextTryAt ?? null,
    attempt: event.attempt ?? 0,
    notices: event.notices ?? [],
  });
}

function latest(known: number | null, next: number | undefined): number | null {
  if (next === undefined) return known;
  return known === null ? next : Math.max(known, next);
}
