import { describe, expect, test } from 'vitest';

import { eventDraftSchema } from '#organism/event.ts';
import { totalTokens } from '#organism/tokens.ts';

import { readFrame } from './frame.ts';
import {
  agentReadingDraft,
  messageDraft,
  threadCreatedDraft,
  threadUpdatedDraft,
  usageDraft,
} from './to-drafts.ts';
import type { Read } from './wire.ts';
import { readAgent, readBudget, readMessage, readThread, readUsage } from './wire.ts';

const STAMP = { tail: 'here-1', at: 1_800_000_000_000 };

function value<T>(read: Read<T>): T {
  if ('value' in read) return read.value;
  throw new Error(read.problem);
}

const MESSAGE = {
  id: 'm-1',
  threadId: 't-1',
  from: 'planner',
  to: 'critic',
  payloadType: 'Score',
  payload: { some_key: 1, nested_value: { inner_key: null }, isAgent: true },
  timestamp: '2026-11-21T03:25:13.358398Z',
  slotIndex: 305,
};

describe('a message', () => {
  test.for([
    ['with an offset', { timestamp: '2026-11-21T03:25:13.358398+00:00' }],
    ['with a blank', { timestamp: '2026-11-21 03:25:13.358398+00:00' }],
    ['without a zone', { timestamp: '2026-11-21T03:25:13.358398' }],
    ['with an unknown field', { priority: 'high' }],
  ] as const)('%s is the same event', ([, change]) => {
    const one = messageDraft(value(readMessage(MESSAGE)));
    const other = messageDraft(value(readMessage({ ...MESSAGE, ...change })));
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
    expect(one.key).toBe('message:m-1');
    expect(one.occurredAt).toBeCloseTo(1_795_231_513_358.398, 3);
  });

  test('in snake_case is the same event, and its payload keeps its own keys', () => {
    const snake = {
      id: 'm-1',
      thread_id: 't-1',
      from: 'planner',
      to: 'critic',
      payload_type: 'Score',
      payload: MESSAGE.payload,
      timestamp: MESSAGE.timestamp,
      slot_index: 305,
    };
    const draft = messageDraft(value(readMessage(snake)));
    expect(draft).toEqual(messageDraft(value(readMessage(MESSAGE))));
    expect(draft.payload).toEqual(MESSAGE.payload);
  });

  test('with nulls is one without those fields', () => {
    const bare = { id: 'm', threadId: 't', from: null, to: null, payloadType: null, payload: null };
    const draft = messageDraft(
      value(readMessage({ ...bare, timestamp: MESSAGE.timestamp, slotIndex: null })),
    );
    expect(draft).toMatchObject({ from: '', to: '', payloadType: '', payload: {} });
    expect(draft.slotIndex).toBeUndefined();
    expect(eventDraftSchema.safeParse(draft).success).toBe(true);
  });

  test.for([
    ['no id', { id: undefined }, 'message.id'],
    ['an empty id', { id: '' }, 'message.id'],
    ['no thread', { threadId: null }, 'message.threadId'],
    ['no time', { timestamp: null }, 'message.timestamp'],
    ['no time anyone can read', { timestamp: 'soon' }, 'message.timestamp'],
  ] as const)('with %s names the field', ([, change, field]) => {
    expect(readMessage({ ...MESSAGE, ...change })).toMatchObject({
      problem: expect.stringContaining(field) as string,
    });
  });

  test('of a hostile length still has a key a journal can hold', () => {
    const draft = messageDraft(value(readMessage({ ...MESSAGE, id: 'x'.repeat(10_000) })));
    expect(draft.key.length).toBeLessThanOrEqual(512);
    expect(eventDraftSchema.safeParse(draft).success).toBe(false);
  });
});

const USAGE = {
  id: 145,
  timestamp: '2026-11-21T03:25:13.637388+00:00',
  threadId: 't-1',
  agentId: 'planner',
  model: 'grok-4.1',
  provider: 'xai',
  promptTokens: 8000,
  completionTokens: 120,
  totalTokens: 8120,
  latencyMs: 812.5,
  estimatedCost: 0.024,
  metadata: { org_id: 'org-acme', user_id: 'u-17' },
};

describe('usage', () => {
  test('takes prompt and completion as they are and says what is not told apart', () => {
    expect(usageDraft(value(readUsage(USAGE)))).toEqual({
      type: 'usage',
      key: 'usage:145:2026-11-21T03:25:13.637388Z',
      occurredAt: expect.closeTo(1_795_231_513_637.388, 3) as number,
      id: '145',
      threadId: 't-1',
      agent: 'planner',
      model: 'grok-4.1',
      provider: 'xai',
      org: 'org-acme',
      user: 'u-17',
      tokens: { inputFresh: 8000, cacheRead: 0, cacheWrite: 0, outputVisible: 120, reasoning: 0 },
      notReported: ['cacheRead', 'cacheWrite', 'reasoning'],
      latencyMs: 812.5,
      reportedCostNanos: 24_000_000,
      metadata: USAGE.metadata,
    });
  });

  test("outside any thread and agent is nobody's, not that of an empty name", () => {
    const draft = usageDraft(value(readUsage({ ...USAGE, threadId: '', agentId: '' })));
    expect(draft).toMatchObject({ threadId: null, agent: null });
  });

  test('splits the classes a handler put into the metadata, and keeps the total', () => {
    const metadata = { cache_read_tokens: 5000, cache_creation_tokens: 1000, reasoning_tokens: 20 };
    const draft = usageDraft(value(readUsage({ ...USAGE, metadata })));
    expect(draft.tokens).toEqual({
      inputFresh: 2000,
      cacheRead: 5000,
      cacheWrite: 1000,
      outputVisible: 100,
      reasoning: 20,
    });
    expect(draft.notReported).toEqual([]);
    expect(totalTokens(draft.tokens)).toBe(8120);
  });

  test.for([
    ['more than the prompt', { cached_tokens: 9000 }],
    ['negative', { cached_tokens: -1 }],
    ['text', { cached_tokens: '5000' }],
    ['a fraction', { cached_tokens: 0.5 }],
  ] as const)('does not believe a cached count that is %s', ([, metadata]) => {
    const draft = usageDraft(value(readUsage({ ...USAGE, metadata })));
    expect(draft.tokens.inputFresh).toBe(8000);
    expect(draft.notReported).toContain('cacheRead');
  });

  test.for([
    ['2^62 tokens', { promptTokens: '4611686018427387904' }],
    ['negative tokens', { promptTokens: -5 }],
    ['half a token', { completionTokens: 0.5 }],
  ] as const)('with %s is refused by the journal’s schema', ([, change]) => {
    const draft = usageDraft(value(readUsage({ ...USAGE, ...change })));
    expect(eventDraftSchema.safeParse(draft).success).toBe(false);
  });

  test('an unpriced call is not a free one', () => {
    const draft = usageDraft(value(readUsage({ ...USAGE, estimatedCost: null })));
    expect(draft.reportedCostNanos).toBeNull();
    const negative = usageDraft(value(readUsage({ ...USAGE, estimatedCost: -1 })));
    expect(negative.reportedCostNanos).toBeNull();
  });
});

const THREAD = {
  id: 't-1',
  status: 'error',
  participants: ['planner', '', 'console'],
  messageCount: 4,
  createdAt: '2026-11-21T03:25:13.008505Z',
  lastActivity: '2026-11-21T03:25:13.144881Z',
  error: 'boom',
};

describe('a thread', () => {
  test('is born the same whatever became of it', () => {
    const young = value(readThread({ ...THREAD, status: 'active', messageCount: 0, error: null }));
    const old = value(readThread(THREAD));
    expect(threadCreatedDraft(young, STAMP)).toEqual(threadCreatedDraft(old, { tail: 'b', at: 9 }));
  });

  test('changed the same way is the same event, whatever the order of its participants', () => {
    const one = threadUpdatedDraft(value(readThread(THREAD)), STAMP);
    const again = { ...THREAD, participants: ['console', 'planner', ''] };
    expect(threadUpdatedDraft(value(readThread(again)), { tail: 'b', at: 9 })).toEqual(one);
    const changed = threadUpdatedDraft(value(readThread({ ...THREAD, status: 'killed' })), STAMP);
    expect(changed.key).not.toBe(one.key);
  });

  test('with a status of a newer server keeps it', () => {
    const thread = value(readThread({ ...THREAD, status: 'hibernating' }));
    expect(threadUpdatedDraft(thread, STAMP).status).toBe('hibernating');
  });
});

test('an agent’s state is as old as its last activity, and the same when read again', () => {
  const agent = value(
    readAgent({
      name: 'coder',
      is_agent: true,
      payload_class: 'x',
      state: 'processing',
      current_thread: 't-1',
      last_activity: '2026-11-21T03:25:13.144881Z',
      peers: null,
    }),
  );
  const draft = agentReadingDraft({ ...agent, state: 'processing' }, STAMP);
  expect(draft.occurredAt).toBeCloseTo(1_795_231_513_144.881, 3);
  expect(agentReadingDraft({ ...agent, state: 'processing' }, { tail: 'b', at: 9 })).toEqual(draft);
  expect(draft.currentThread).toBe('t-1');
});

test('a budget with a count of text is read, one without counts is not', () => {
  expect(
    value(
      readBudget({
        thread_id: 't',
        max_tokens: 100,
        prompt_tokens: '7',
        completion_tokens: 0,
        total_tokens: 7,
      }),
    ),
  ).toMatchObject({ threadId: 't', promptTokens: 7 });
  expect(readBudget({ threadId: 't' })).toMatchObject({
    problem: expect.stringContaining('budget.maxTokens') as string,
  });
});

describe('a frame', () => {
  test.for([
    [
      { event: 'telemetry', a: 1 },
      { kind: 'unknown', name: 'telemetry' },
    ],
    [{ event: 'subscribed', filters: {} }, { kind: 'ignored' }],
    [{ event: 'injected', thread_id: 't', message_id: 'm' }, { kind: 'ignored' }],
    [{ event: 'error', error: 'Unknown command: x' }, { kind: 'error' }],
    [
      { event: 'reload', success: true, added: ['a', 7] },
      { kind: 'reload', reload: { added: ['a'] } },
    ],
    [{ event: 'agent_state', agent: 'a' }, { kind: 'unreadable' }],
    [{ event: 'connected' }, { kind: 'connected', agents: [], threads: [] }],
    [{ no: 'event' }, { kind: 'unreadable' }],
    [[], { kind: 'unreadable' }],
    [null, { kind: 'unreadable' }],
    ['connected', { kind: 'unreadable' }],
  ] as const)('%j', ([input, expected]) => {
    expect(readFrame(input)).toMatchObject(expected);
  });

  test('with the names of an object’s own machinery does no harm', () => {
    const hostile: unknown = JSON.parse(
      '{"event":"agent_state","agent":"constructor","state":"toString","__proto__":{"polluted":1}}',
    );
    expect(readFrame(hostile)).toMatchObject({
      kind: 'agent_state',
      change: { agent: 'constructor', state: 'toString' },
    });
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});
