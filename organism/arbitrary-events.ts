import fc from 'fast-check';

import { AGENT_STATES, THREAD_STATUSES } from './agentserver/entities.ts';
import { HOUR_MS } from './durations.ts';
import type { EventDraft, JournalEvent } from './event.ts';
import { ALLOWANCE_HOLDERS, ALLOWANCE_UNITS, SOCKET_MODES, SOURCE_STATES } from './event.ts';

/** Random journals for property tests: few names, so that events meet; hostile ones among them. */

export const ARBITRARY_ORGANISM = 'lab';
const START_AT = Date.parse('2026-11-21T00:00:00Z');

const filledName = fc.constantFrom('planner', 'critic', 'shouter', '__proto__', 'constructor', 'é');
const name = fc.oneof(
  { weight: 9, arbitrary: filledName },
  { weight: 1, arbitrary: fc.constant('') },
);
const names = fc.array(name, { maxLength: 4 });
const threadId = fc.constantFrom('t1', 't2', 't3', '__proto__', 'toString');
const model = fc.constantFrom('gpt-4o', 'grok-4.1', 'org/model', '__proto__');
const count = fc.integer({ min: 0, max: 1000 });
const tokens = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 50_000 }) },
  { weight: 1, arbitrary: fc.constant(1e12) },
);
const nanos = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 5e9 }) },
  { weight: 1, arbitrary: fc.constant(Number.MAX_SAFE_INTEGER) },
);
const instant = fc.integer({ min: START_AT, max: START_AT + HOUR_MS });
const text = fc.constantFrom('', 'boom', 'tool failed', '日本語', '<b>not html</b>');
/** As it comes from a wire: `JSON.parse` knows neither undefined nor a minus zero that matters. */
const payload = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)));

type Facts<T extends EventDraft['type']> = Omit<
  Extract<EventDraft, { type: T }>,
  'key' | 'occurredAt'
>;

const organism: fc.Arbitrary<Facts<'organism'>> = fc.record(
  {
    type: fc.constant('organism' as const),
    name: filledName,
    status: fc.constantFrom('running', 'stopping'),
    uptimeSeconds: count,
    // A computed start jitters by less than a restart takes.
    startedAt: fc
      .tuple(fc.constantFrom(0, HOUR_MS / 4, HOUR_MS / 2), fc.integer({ min: 0, max: 4000 }))
      .map(([life, jitter]) => START_AT + life + jitter),
    identityConfigured: fc.boolean(),
    // The door drops a key named __proto__ here; inside payloads it is kept.
    config: fc.dictionary(fc.constantFrom('name', 'port', 'toString'), payload),
  },
  { requiredKeys: ['type', 'name', 'status', 'uptimeSeconds', 'startedAt'] },
);

const agent: fc.Arbitrary<Facts<'agent'>> = fc.record(
  {
    type: fc.constant('agent' as const),
    agent: filledName,
    description: text,
    isAgent: fc.boolean(),
    peers: names,
    payloadClass: name,
    rootTag: name,
    queueDepth: fc.integer({ min: 0, max: 3 }),
    messageCount: count,
    lastActivity: instant,
    isRemoved: fc.boolean(),
  },
  { requiredKeys: ['type', 'agent', 'description', 'isAgent', 'peers', 'payloadClass'] },
);

const agentState: fc.Arbitrary<Facts<'agent_state'>> = fc.record({
  type: fc.constant('agent_state' as const),
  agent: filledName,
  state: fc.constantFrom(...AGENT_STATES, 'dreaming'),
  currentThread: fc.option(threadId),
});

const thread: fc.Arbitrary<Facts<'thread_created'> | Facts<'thread_updated'>> = fc.record(
  {
    type: fc.constantFrom('thread_created' as const, 'thread_updated' as const),
    threadId,
    status: fc.constantFrom(...THREAD_STATUSES, 'sleeping'),
    participants: names,
    messageCount: count,
    createdAt: instant,
    lastActivity: instant,
    parentThread: threadId,
    error: text,
  },
  { requiredKeys: ['type', 'threadId', 'status'] },
);

const message: fc.Arbitrary<Facts<'message'>> = fc.record({
  type: fc.constant('message' as const),
  id: fc.uuid(),
  threadId,
  from: name,
  to: name,
  payloadType: fc.constantFrom('Request', 'Result'),
  payload,
});

const tokenClasses = fc.record({
  inputFresh: tokens,
  cacheRead: tokens,
  cacheWrite: tokens,
  outputVisible: tokens,
  reasoning: tokens,
});

const usage = fc.record({
  type: fc.constant('usage' as const),
  threadId: fc.option(threadId),
  agent: fc.option(filledName),
  model,
  provider: fc.constant('lab'),
  org: fc.constant(null),
  user: fc.constant(null),
  tokens: tokenClasses,
  latencyMs: fc.option(fc.oneof(count, fc.constant(1e308))),
  reportedCostNanos: fc.option(nanos),
  costNanos: fc.option(nanos),
  price: fc.constant(null),
});

const budget: fc.Arbitrary<Facts<'budget'>> = fc.record({
  type: fc.constant('budget' as const),
  threadId,
  maxTokens: fc.constantFrom(0, 1000, 100_000),
  promptTokens: count,
  completionTokens: count,
  totalTokens: fc.integer({ min: 0, max: 1100 }),
});

const context: fc.Arbitrary<Facts<'context'>> = fc.record({
  type: fc.constant('context' as const),
  threadId,
  usedTokens: count,
  windowTokens: fc.constantFrom(1, 1000, 258_400),
});

const allowance: fc.Arbitrary<Facts<'allowance'>> = fc.record({
  type: fc.constant('allowance' as const),
  id: filledName,
  name,
  holder: fc.constantFrom(...ALLOWANCE_HOLDERS),
  unit: fc.constantFrom(...ALLOWANCE_UNITS),
  used: fc.option(nanos),
  limit: fc.option(nanos),
});

const error: fc.Arbitrary<Facts<'error'>> = fc.record({
  type: fc.constant('error' as const),
  threadId: fc.option(threadId),
  agent: fc.option(filledName),
  text,
  severity: fc.constantFrom('warning' as const, 'error' as const, 'fatal' as const),
});

const sourceStatus: fc.Arbitrary<Facts<'source_status'>> = fc.record({
  type: fc.constant('source_status' as const),
  state: fc.constantFrom(...SOURCE_STATES),
  since: instant,
  socketMode: fc.option(fc.constantFrom(...SOCKET_MODES)),
});

const reload: fc.Arbitrary<Facts<'reload'>> = fc.record({
  type: fc.constant('reload' as const),
  success: fc.boolean(),
  added: fc.array(filledName, { maxLength: 2 }),
  removed: fc.array(filledName, { maxLength: 2 }),
  updated: fc.array(filledName, { maxLength: 2 }),
});

const gap: fc.Arbitrary<Facts<'gap'>> = fc.record({
  type: fc.constant('gap' as const),
  what: fc.constantFrom('messages' as const, 'usage' as const, 'events' as const),
  from: fc.option(instant),
  to: fc.option(instant),
  reason: text,
});

const raw: fc.Arbitrary<Facts<'raw'>> = fc.record({
  type: fc.constant('raw' as const),
  name,
  payload,
});

const facts = fc.oneof(
  organism,
  agent,
  agentState,
  thread,
  { weight: 4, arbitrary: message },
  { weight: 2, arbitrary: usage },
  { weight: 2, arbitrary: budget },
  context,
  allowance,
  error,
  sourceStatus,
  reload,
  gap,
  raw,
);

const entry = fc.record({
  facts,
  occurredAt: instant,
  waitMs: fc.integer({ min: 0, max: 3000 }),
  /** Positions grow by one or more. */
  step: fc.integer({ min: 1, max: 3 }),
});

/** A journal as the store keeps it: growing positions, all of them of one organism. */
export function arbitraryJournal(
  options: { maxLength?: number } = {},
): fc.Arbitrary<JournalEvent[]> {
  return fc.array(entry, { maxLength: options.maxLength ?? 60 }).map((entries) => {
    let seq = 0;
    let receivedAt = START_AT + HOUR_MS;
    return entries.map(({ facts, occurredAt, waitMs, step }) => {
      seq += step;
      receivedAt += waitMs;
      const position = { seq, organismId: ARBITRARY_ORGANISM, source: 'lab', receivedAt };
      return { ...facts, ...position, key: `k${seq}`, occurredAt };
    });
  });
}
