import { createHash } from 'node:crypto';

import type { DraftOf } from '#organism/event.ts';
import { formatInstant } from '#organism/instant.ts';
import { usdToNanos } from '#organism/money.ts';
import type { TokenClasses } from '#organism/tokens.ts';

import { hourField, hourWrites } from '../hour-writes.ts';
import type { Stamp } from '../upstream/stamper.ts';
import type {
  WireAgent,
  WireAgentState,
  WireBudget,
  WireError,
  WireMessage,
  WireReload,
  WireThread,
  WireThreadUpdate,
  WireUsage,
} from './wire.ts';

/**
 * Wire to canonical drafts, pure. What carries the upstream's own identity and time gets a key made
 * of them, and a body made of nothing else: read twice, over either wire, it is the same event.
 */

/** Longest text and id the canonical event takes; see organism/event.ts. */
const MAX_TEXT_CHARS = 65_536;
const MAX_KEY_ID_CHARS = 256;

export function messageDraft(message: WireMessage): DraftOf<'message'> {
  const { timestamp, ...body } = message;
  return {
    type: 'message',
    key: `message:${keyId(message.id)}`,
    occurredAt: timestamp,
    ...body,
  };
}

export function usageDraft(usage: WireUsage): DraftOf<'usage'> {
  return {
    type: 'usage',
    key: `usage:${usage.id}:${formatInstant(usage.timestamp)}`,
    occurredAt: usage.timestamp,
    id: String(usage.id),
    threadId: usage.threadId,
    agent: usage.agentId,
    model: usage.model,
    provider: usage.provider,
    org: textOf(usage.metadata, 'org_id', 'orgId'),
    user: textOf(usage.metadata, 'user_id', 'userId'),
    ...splitTokens(usage),
    latencyMs: usage.latencyMs !== null && usage.latencyMs >= 0 ? usage.latencyMs : null,
    reportedCostNanos: reportedCost(usage.estimatedCost),
    metadata: usage.metadata,
  };
}

/** The classes the AgentServer never tells apart, unless a handler put the counts in the metadata. */
function splitTokens(
  usage: WireUsage,
): Pick<DraftOf<'usage'>, 'tokens' | 'notReported' | 'cacheWrite1h'> {
  const { metadata, promptTokens, completionTokens } = usage;
  const cacheRead = countOf(metadata, ['cache_read_tokens', 'cached_tokens'], promptTokens);
  const cacheWrite = countOf(
    metadata,
    ['cache_write_tokens', 'cache_creation_tokens'],
    promptTokens - (cacheRead ?? 0),
  );
  const reasoning = countOf(metadata, ['reasoning_tokens'], completionTokens);
  const notReported: (keyof TokenClasses)[] = [];
  if (cacheRead === null) notReported.push('cacheRead');
  if (cacheWrite === null) notReported.push('cacheWrite');
  if (reasoning === null) notReported.push('reasoning');
  return {
    ...hourField(hourWrites(metadata), cacheWrite ?? 0),
    tokens: {
      inputFresh: promptTokens - (cacheRead ?? 0) - (cacheWrite ?? 0),
      cacheRead: cacheRead ?? 0,
      cacheWrite: cacheWrite ?? 0,
      outputVisible: completionTokens - (reasoning ?? 0),
      reasoning: reasoning ?? 0,
    },
    notReported,
  };
}

/** A cost no ledger can hold (negative, infinite) is no cost. */
function reportedCost(usd: number | null): number | null {
  const nanos = usd === null ? null : usdToNanos(usd);
  return nanos !== null && nanos >= 0 ? nanos : null;
}

/** Only what never changes: what does comes in `threadUpdatedDraft`. */
export function threadCreatedDraft(thread: WireThread, stamp: Stamp): DraftOf<'thread_created'> {
  const { createdAt } = thread;
  return {
    type: 'thread_created',
    key: `thread:${keyId(thread.id)}:${createdAt === undefined ? stamp.tail : formatInstant(createdAt)}`,
    occurredAt: createdAt ?? stamp.at,
    threadId: thread.id,
    status: 'active',
    createdAt,
  };
}

export function threadUpdatedDraft(thread: WireThread, stamp: Stamp): DraftOf<'thread_updated'> {
  const { id, participants, error, ...facts } = thread;
  const ownTime = thread.lastActivity ?? thread.createdAt;
  const body = {
    ...facts,
    threadId: id,
    // The server's participants are a set: their order means nothing and changes.
    participants: participants?.toSorted(),
    error: error === undefined ? undefined : clip(error),
    occurredAt: ownTime ?? stamp.at,
  };
  const tail = ownTime === undefined ? stamp.tail : digest(body);
  return { type: 'thread_updated', key: `thread_updated:${keyId(id)}:${tail}`, ...body };
}

export function threadChangeDraft(
  change: WireThreadUpdate,
  stamp: Stamp,
): DraftOf<'thread_updated'> {
  return {
    type: 'thread_updated',
    key: `thread_updated:${keyId(change.threadId)}:${stamp.tail}`,
    occurredAt: stamp.at,
    ...change,
  };
}

export function threadErrorDraft(thread: WireThread, stamp: Stamp): DraftOf<'error'> {
  const ownTime = thread.lastActivity ?? thread.createdAt;
  const text = clip(thread.error ?? '');
  const tail = ownTime === undefined ? stamp.tail : digest([ownTime, text]);
  return {
    type: 'error',
    key: `error:${keyId(thread.id)}:${tail}`,
    occurredAt: ownTime ?? stamp.at,
    threadId: thread.id,
    agent: null,
    text,
    severity: 'error',
  };
}

export function errorDraft(error: WireError, stamp: Stamp): DraftOf<'error'> {
  const text = clip(error.error);
  const tail =
    error.timestamp === undefined ? stamp.tail : digest([error.timestamp, error.agent, text]);
  return {
    type: 'error',
    key: `error:${keyId(error.threadId ?? '')}:${tail}`,
    occurredAt: error.timestamp ?? stamp.at,
    threadId: error.threadId,
    agent: error.agent,
    text,
    severity: 'error',
  };
}

export interface AgentFacts {
  readonly rootTag?: string | undefined;
  readonly isRemoved: boolean;
}

export function agentDraft(agent: WireAgent, facts: AgentFacts, stamp: Stamp): DraftOf<'agent'> {
  const { name, state: _state, currentThread: _thread, ...body } = agent;
  return {
    type: 'agent',
    key: `agent:${keyId(name)}:${stamp.tail}`,
    occurredAt: stamp.at,
    agent: name,
    ...body,
    description: clip(agent.description),
    ...facts,
  };
}

/** As the list of agents shows it: its last activity is the time its state is from. */
export function agentReadingDraft(
  agent: WireAgent & { state: string },
  stamp: Stamp,
): DraftOf<'agent_state'> {
  const { name, state, currentThread, lastActivity } = agent;
  const tail =
    lastActivity === undefined ? stamp.tail : digest([lastActivity, state, currentThread]);
  return {
    type: 'agent_state',
    key: `agent_state:${keyId(name)}:${tail}`,
    occurredAt: lastActivity ?? stamp.at,
    agent: name,
    state,
    currentThread,
  };
}

export function agentStateDraft(change: WireAgentState, stamp: Stamp): DraftOf<'agent_state'> {
  return {
    type: 'agent_state',
    key: `agent_state:${keyId(change.agent)}:${stamp.tail}`,
    occurredAt: stamp.at,
    ...change,
  };
}

export function budgetDraft(budget: WireBudget, stamp: Stamp): DraftOf<'budget'> {
  return {
    type: 'budget',
    key: `budget:${keyId(budget.threadId)}:${stamp.tail}`,
    occurredAt: stamp.at,
    ...budget,
  };
}

export function reloadDraft(reload: WireReload, stamp: Stamp): DraftOf<'reload'> {
  return { type: 'reload', key: `reload:${stamp.tail}`, occurredAt: stamp.at, ...reload };
}

export function rawDraft(name: string, payload: unknown, stamp: Stamp): DraftOf<'raw'> {
  const shortName = name.slice(0, MAX_KEY_ID_CHARS);
  return {
    type: 'raw',
    key: `raw:${keyId(name)}:${stamp.tail}`,
    occurredAt: stamp.at,
    name: shortName,
    payload,
  };
}

export function gapDraft(gap: {
  what: DraftOf<'gap'>['what'];
  from: number | null;
  to: number;
  missing?: number | undefined;
  reason: string;
}): DraftOf<'gap'> {
  // A clock set back in between would turn it round.
  const from = gap.from === null ? null : Math.min(gap.from, gap.to);
  return {
    type: 'gap',
    key: `gap:${gap.what}:${from === null ? 'start' : formatInstant(from)}:${formatInstant(gap.to)}`,
    occurredAt: gap.to,
    ...gap,
    from,
  };
}

/** An id as part of a key: a hostile one may be longer than a key can be. */
function keyId(id: string): string {
  return id.length <= MAX_KEY_ID_CHARS ? id : `#${digest(id)}`;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 20);
}

function clip(text: string): string {
  return text.length <= MAX_TEXT_CHARS ? text : `${text.slice(0, MAX_TEXT_CHARS - 1)}…`;
}

function textOf(metadata: Readonly<Record<string, unknown>>, ...keys: string[]): string | null {
  for (const key of keys) {
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

/** A plain count no larger than what it is part of; anything else is not reported. */
function countOf(
  metadata: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  atMost: number,
): number | null {
  for (const key of keys) {
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= atMost) {
      return value;
    }
  }
  return null;
}
