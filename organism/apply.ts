import { OrganismDraft } from './draft.ts';
import { MINUTE_MS } from './durations.ts';
import type { CallFacts, EventOf, JournalEvent } from './event.ts';
import type { BudgetReading } from './gas.ts';
import { BUDGET_THRESHOLDS, BURN_WINDOW_MS } from './gas.ts';
import type { AllowanceView, BudgetView, OrganismState, ThreadView } from './state.ts';
import { MAX_BUDGET_READINGS, MAX_PARTICIPANTS } from './state.ts';
import { totalTokens } from './tokens.ts';
import { ZERO_USAGE, addUsage, subtractUsage } from './usage-sum.ts';

/** A start this much later than the known one is a new life; less is the jitter of a computed uptime. */
const RESTART_TOLERANCE_MS = 5000;
/** Readings closer than this share one place, so that the kept ones span the whole burn window. */
const READING_SPACING_MS = BURN_WINDOW_MS / (MAX_BUDGET_READINGS - 2);

/** A call this old when it is read comes from history. Clocks may differ by minutes, not by this. */
const LIVE_USAGE_MS = 15 * MINUTE_MS;

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
    draft.countActivity(event.receivedAt, liveTokens(event));
    applyOne(draft, event);
    // After each event, not each batch: the picture must not depend on where batches end.
    draft.evictThreads();
  }
  return isChanged ? draft.finish() : state;
}

/** Tokens of a call that just happened; history read afterwards is no rate of the present. */
function liveTokens(event: JournalEvent): number {
  const isLive = event.receivedAt - event.occurredAt < LIVE_USAGE_MS;
  if (event.type === 'usage_amended') return 0;
  return event.type === 'usage' && isLive ? totalTokens(event.tokens) : 0;
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
    case 'usage_amended':
      takeBack(draft, event.amends.was);
      return applyUsage(draft, event);
    case 'budget':
      return applyBudget(draft, event);
    case 'context':
      return applyContext(draft, event);
    case 'allowance':
      return draft.putAllowance(toAllowance(event));
    case 'error':
      return applyError(draft, event);
    case 'source_status':
      return applySourceStatus(draft, event);
    case 'reload':
      return applyReload(draft, event);
    case 'gap':
      return draft.addGap(event);
    case 'raw':
      draft.counts.raw += 1;
  }
}

function applyOrganism(draft: OrganismDraft, event: EventOf<'organism'>): void {
  const { fields } = draft;
  if (fields.startedAt === null) {
    fields.startedAt = event.startedAt;
  } else if (event.startedAt > fields.startedAt + RESTART_TOLERANCE_MS) {
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
    // A source that only mentions an agent takes nothing back of what was said of it.
    description: event.description || agent.description,
    isAgent: event.isAgent,
    peers: event.peers,
    payloadClass: event.payloadClass,
    rootTag: event.rootTag ?? agent.rootTag,
    parent: event.parent ?? agent.parent,
    queueDepth: nextQueueDepth(agent.queueDepth, event.queueDepth),
    messageCount: event.messageCount ?? agent.messageCount,
    lastActivity: latest(agent.lastActivity, event.lastActivity),
    isRemoved: event.isRemoved ?? false,
    isListed: true,
  }));
}

/** A depth that has moved may be shown as 0 again; one that never moved stays unknown. */
function nextQueueDepth(known: number | null, next: number | undefined): number | null {
  if (next === undefined || (next === 0 && known === null)) return known;
  return next;
}

function applyAgentState(draft: OrganismDraft, event: EventOf<'agent_state'>): void {
  draft.patchAgent(event.agent, (agent) => ({
    state: event.state,
    stateSince: agent.state === event.state ? agent.stateSince : event.occurredAt,
    currentThread: event.currentThread,
    waitingReason: event.reason ?? null,
    lastActivity: latest(agent.lastActivity, event.occurredAt),
    isListed: true,
  }));
}

/** A failed reload changed nothing. */
function applyReload(draft: OrganismDraft, event: EventOf<'reload'>): void {
  if (!event.success) return;
  for (const agent of event.removed) draft.patchAgent(agent, () => ({ isRemoved: true }));
  for (const agent of event.added) {
    draft.patchAgent(agent, () => ({ isRemoved: false, isListed: true }));
  }
}

function applyThread(
  draft: OrganismDraft,
  event: EventOf<'thread_created'> | EventOf<'thread_updated'>,
): void {
  draft.patchThread(event.threadId, (thread) => ({
    run: draft.fields.run,
    status: event.status,
    participants: event.participants?.slice(0, MAX_PARTICIPANTS) ?? thread.participants,
    messageCount: Math.max(event.messageCount ?? 0, thread.messageCount),
    createdAt: event.createdAt ?? thread.createdAt,
    lastActivity: latest(thread.lastActivity, event.lastActivity ?? event.occurredAt),
    parentThread: event.parentThread ?? thread.parentThread,
    conversation: event.conversation ?? thread.conversation,
    // Killing an errored thread erases its error upstream; here it stays.
    error: event.error === undefined || event.error === '' ? thread.error : event.error,
  }));
}

function applyMessage(draft: OrganismDraft, event: EventOf<'message'>): void {
  if (event.amends !== undefined) return draft.amendMessage(event.amends.seq, event.payload);
  draft.counts.messages += 1;
  draft.addMessage(event);
  draft.patchThread(event.threadId, (thread) => ({
    ...seenAlive(thread, draft.fields.run),
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

/** A thread that talks or holds a budget lives in this run; a ledger entry or an error may be old. */
function seenAlive(thread: ThreadView, run: number): Pick<ThreadView, 'run' | 'status'> {
  return { run, status: thread.status === 'unknown' ? 'active' : thread.status };
}

function withParticipants(thread: ThreadView, names: readonly string[]): readonly string[] {
  const known = thread.participants;
  if (known.length >= MAX_PARTICIPANTS) return known;
  const added = new Set(names.filter((name) => name !== '' && !known.includes(name)));
  return added.size === 0 ? known : [...known, ...added].slice(0, MAX_PARTICIPANTS);
}

function applyUsage(
  draft: OrganismDraft,
  event: EventOf<'usage'> | EventOf<'usage_amended'>,
): void {
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

/** A call that is told anew leaves the sums that it was in; a thread that was let go knows none. */
function takeBack(draft: OrganismDraft, was: CallFacts): void {
  const call = addUsage(ZERO_USAGE, was);
  draft.fields.usage = subtractUsage(draft.fields.usage, call);
  draft.addModelUsage(was.model, (sum) => subtractUsage(sum, call));
  if (was.agent !== null) {
    draft.patchAgent(was.agent, (agent) => ({ usage: subtractUsage(agent.usage, call) }));
  }
  if (was.threadId !== null) {
    draft.patchThread(was.threadId, ({ usage }) => ({
      usage: usage.requests === 0 ? usage : subtractUsage(usage, call),
    }));
  }
}

function applyBudget(draft: OrganismDraft, event: EventOf<'budget'>): void {
  draft.patchThread(event.threadId, (thread) => ({
    ...seenAlive(thread, draft.fields.run),
    budget: nextBudget(thread.budget, event, draft.fields.run),
  }));
}

/** Of two readings the later one holds, in whatever order they come. */
function applyContext(draft: OrganismDraft, event: EventOf<'context'>): void {
  const { threadId, usedTokens, windowTokens, occurredAt: readAt } = event;
  draft.patchThread(threadId, ({ context }) =>
    context !== undefined && context.readAt > readAt
      ? {}
      : { context: { usedTokens, windowTokens, readAt } },
  );
}

function nextBudget(known: BudgetView | null, event: EventOf<'budget'>, run: number): BudgetView {
  const old = known?.run === run ? known : null;
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
    readings: withReading(old?.readings ?? [], {
      at: event.occurredAt,
      totalTokens: event.totalTokens,
    }),
    crossedAt,
    run,
  };
}

function withReading(
  known: readonly BudgetReading[],
  next: BudgetReading,
): readonly BudgetReading[] {
  const [beforeLast, last] = known.slice(-2);
  const isCrowded =
    beforeLast !== undefined && last !== undefined && last.at - beforeLast.at < READING_SPACING_MS;
  return [...(isCrowded ? known.slice(0, -1) : known), next].slice(-MAX_BUDGET_READINGS);
}

function toAllowance(event: EventOf<'allowance'>): AllowanceView {
  const { id, name, holder, unit, used, limit } = event;
  return {
    id,
    name,
    holder,
    unit,
    used,
    limit,
    periodStart: event.periodStart ?? null,
    periodEnd: event.periodEnd ?? null,
    note: event.note ?? null,
    readAt: event.occurredAt,
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
