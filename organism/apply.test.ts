import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { apply, applyAll } from './apply.ts';
import { ARBITRARY_ORGANISM, arbitraryJournal } from './arbitrary-events.ts';
import type { EventDraft, EventOf, JournalEvent } from './event.ts';
import { journalEventSchema } from './event.ts';
import { BUDGET_THRESHOLDS, BURN_WINDOW_MS } from './gas.ts';
import type { OrganismState } from './state.ts';
import {
  MAX_ACTIVITY_SECONDS,
  MAX_BUDGET_READINGS,
  MAX_GAPS,
  MAX_HOT_THREADS,
  MAX_NAMES,
  MAX_PARTICIPANTS,
  MAX_RECENT_CHARS,
  MAX_RECENT_ERRORS,
  MAX_RECENT_MESSAGES,
  emptyOrganism,
} from './state.ts';

const EMPTY = emptyOrganism(ARBITRARY_ORGANISM);
const START_AT = Date.parse('2026-11-21T00:00:00Z');

type Facts = EventDraft extends infer D
  ? D extends EventDraft
    ? Omit<D, 'key' | 'occurredAt'> & { occurredAt?: number }
    : never
  : never;

/** Gives facts their places: one second and one position after the other. */
function journalOf(facts: readonly Facts[], from = 0): JournalEvent[] {
  return facts.map((fact, index) => {
    const seq = from + index + 1;
    const at = START_AT + seq * 1000;
    return journalEventSchema.parse({
      key: `k${seq}`,
      occurredAt: at,
      seq,
      organismId: ARBITRARY_ORGANISM,
      source: 'lab',
      receivedAt: at,
      ...(fact.type === 'usage' ? { costNanos: null, price: null } : {}),
      ...fact,
    });
  });
}

function fold(...facts: Facts[]): OrganismState {
  return applyAll(EMPTY, journalOf(facts));
}

const message = (patch: Partial<EventOf<'message'>> = {}): Facts => ({
  type: 'message',
  id: 'm',
  threadId: 't1',
  from: 'planner',
  to: 'critic',
  payloadType: 'Request',
  payload: {},
  ...patch,
});
const budget = (totalTokens: number, patch: Partial<EventOf<'budget'>> = {}): Facts => ({
  type: 'budget',
  threadId: 't1',
  maxTokens: 1000,
  promptTokens: totalTokens,
  completionTokens: 0,
  totalTokens,
  ...patch,
});
const life = (startedAt: number): Facts => ({
  type: 'organism',
  name: 'lab',
  status: 'running',
  uptimeSeconds: 0,
  startedAt,
});
const agent = (patch: Partial<EventOf<'agent'>> = {}): Facts => ({
  type: 'agent',
  agent: 'planner',
  description: '',
  isAgent: true,
  peers: [],
  payloadClass: '',
  ...patch,
});
const usage = (patch: Partial<EventOf<'usage'>> = {}): Facts => ({
  type: 'usage',
  threadId: 't1',
  agent: 'planner',
  model: 'gpt-4o',
  provider: 'openai',
  org: null,
  user: null,
  tokens: { inputFresh: 10, cacheRead: 0, cacheWrite: 0, outputVisible: 5, reasoning: 0 },
  latencyMs: null,
  reportedCostNanos: null,
  ...patch,
});

it('an allowance is what its latest reading says, in whatever order readings come', () => {
  const reading = (used: number, occurredAt: number): Facts => ({
    type: 'allowance',
    id: 'codex:codex:primary',
    name: 'Codex, 5 h',
    holder: 'user',
    unit: 'percent',
    used,
    limit: 100,
    occurredAt,
  });
  const events = journalOf([reading(10, 2000), reading(90, 3000), reading(40, 1000)]);
  const { allowances } = applyAll(EMPTY, events);
  expect([...allowances.values()].map(({ used }) => used)).toEqual([90]);
});

it('a context window is as full as its latest reading says, and no budget', () => {
  const reading = (usedTokens: number, occurredAt: number): Facts => ({
    type: 'context',
    threadId: 't1',
    usedTokens,
    windowTokens: 1000,
    occurredAt,
  });
  const events = journalOf([reading(100, 2000), reading(900, 3000), reading(400, 1000)]);
  const thread = applyAll(EMPTY, events).threads.get('t1');
  expect(thread?.context).toEqual({ usedTokens: 900, windowTokens: 1000, readAt: 3000 });
  expect(thread?.budget).toBeNull();
});

describe('the fold', () => {
  it('is made of events the journal could hold', () => {
    fc.assert(
      fc.property(arbitraryJournal(), (events) => {
        for (const event of events) expect(journalEventSchema.parse(event)).toEqual(event);
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same picture one by one, in one batch and in any batches', () => {
    fc.assert(
      fc.property(arbitraryJournal(), fc.array(fc.nat(60)), (events, cuts) => {
        const atOnce = applyAll(EMPTY, events);
        expect(events.reduce(apply, EMPTY)).toEqual(atOnce);
        const places = [0, ...cuts.toSorted((a, b) => a - b), events.length];
        const inBatches = places.reduce(
          (state, place, index) => applyAll(state, events.slice(place, places[index + 1])),
          EMPTY,
        );
        expect(inBatches).toEqual(atOnce);
      }),
    );
  });

  it('takes no harm from an overlap on resume', () => {
    fc.assert(
      fc.property(arbitraryJournal(), fc.nat(60), fc.nat(60), (events, reach, overlap) => {
        const before = applyAll(EMPTY, events.slice(0, reach));
        const again = events.slice(Math.max(0, reach - overlap));
        expect(applyAll(before, again)).toEqual(applyAll(EMPTY, events));
      }),
    );
  });

  it('skips what is of another organism, and returns the same picture for nothing new', () => {
    const events = journalOf([message()]);
    const state = applyAll(EMPTY, events);
    expect(applyAll(state, events)).toBe(state);
    expect(applyAll(emptyOrganism('other'), events)).toEqual(emptyOrganism('other'));
  });

  it('never changes a picture it has given out', () => {
    fc.assert(
      fc.property(arbitraryJournal(), fc.nat(60), (events, reach) => {
        const before = applyAll(EMPTY, events.slice(0, reach));
        const copy = structuredClone(before);
        applyAll(before, events.slice(reach));
        expect(before).toEqual(copy);
      }),
    );
  });

  it('keeps the identity of all that an event does not touch', () => {
    const before = fold(
      agent(),
      agent({ agent: 'critic' }),
      message(),
      message({ threadId: 't2' }),
    );
    const after = applyAll(before, journalOf([budget(10)], before.seq));
    expect(after.agents).toBe(before.agents);
    expect(after.sources).toBe(before.sources);
    expect(after.usage).toBe(before.usage);
    expect(after.recentMessages).toBe(before.recentMessages);
    expect(after.threads.get('t2')).toBe(before.threads.get('t2'));
    expect(after.threads.get('t1')).not.toBe(before.threads.get('t1'));
  });

  it('keeps a name that would be a prototype elsewhere', () => {
    const state = fold(
      agent({ agent: '__proto__' }),
      message({ threadId: '__proto__', from: '__proto__', to: 'constructor' }),
      usage({ model: '__proto__', agent: '__proto__', threadId: '__proto__' }),
    );
    expect(state.agents.get('__proto__')).toMatchObject({ sent: 1, isListed: true });
    expect(state.threads.get('__proto__')).toMatchObject({ messagesSeen: 1 });
    expect(state.usageByModel.get('__proto__')?.requests).toBe(1);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

describe('the bounds', () => {
  it('hold whatever comes', () => {
    const facts: Facts[] = Array.from({ length: 500 }, (_, index): Facts[] => [
      message({ from: `a${index}`, to: `b${index}` }),
      { type: 'error', threadId: 't1', agent: null, text: 'boom', severity: 'error' },
      { type: 'gap', what: 'messages', from: null, to: null, reason: 'gone' },
      budget(index, { occurredAt: START_AT + index * 60_000 }),
    ]).flat();
    const state = fold(...facts);
    expect(state.recentMessages).toHaveLength(MAX_RECENT_MESSAGES);
    expect(state.recentErrors).toHaveLength(MAX_RECENT_ERRORS);
    expect(state.gaps).toHaveLength(MAX_GAPS);
    expect(state.activity).toHaveLength(MAX_ACTIVITY_SECONDS);
    expect(state.threads.get('t1')?.budget?.readings).toHaveLength(MAX_BUDGET_READINGS);
    expect(state.threads.get('t1')?.participants).toHaveLength(MAX_PARTICIPANTS);
    expect(state.recentMessages.at(-1)).toMatchObject({ from: 'a499' });
  });

  it('let large payloads crowd out older messages, the same in any batches', () => {
    const large = Array.from({ length: 60 }, (_, index) =>
      message({ payload: { text: 'x'.repeat(200_000), index } }),
    );
    const events = journalOf(large);
    const { recentMessages } = applyAll(EMPTY, events);
    expect(JSON.stringify(recentMessages).length).toBeLessThan(MAX_RECENT_CHARS * 1.01);
    expect(recentMessages).toHaveLength(20);
    expect(recentMessages.at(-1)?.payload).toMatchObject({ index: 59 });
    expect(events.reduce(apply, EMPTY).recentMessages).toEqual(recentMessages);

    const huge = message({ payload: 'y'.repeat(2 * MAX_RECENT_CHARS) });
    expect(fold(...large, huge).recentMessages).toHaveLength(1);
  });

  it('refuse names beyond the bound, and count the refusals', () => {
    const facts = Array.from({ length: MAX_NAMES + 7 }, (_, index) =>
      agent({ agent: `a${index}` }),
    );
    const state = fold(...facts);
    expect(state.agents.size).toBe(MAX_NAMES);
    expect(state.counts.droppedNames).toBe(7);
    const again = applyAll(
      state,
      journalOf([agent({ agent: 'a0', description: 'known' })], state.seq),
    );
    expect(again.agents.get('a0')?.description).toBe('known');
  });

  it('evict finished threads first, then the longest quiet, the same in any batches', () => {
    const done = Array.from({ length: 1000 }, (_, index): Facts => ({
      type: 'thread_updated',
      threadId: `done${index}`,
      status: 'completed',
    }));
    const active = Array.from({ length: 2500 }, (_, index) => message({ threadId: `t${index}` }));
    const events = journalOf([...done, ...active]);
    const atOnce = applyAll(EMPTY, events);
    expect(atOnce.threads.size).toBeLessThanOrEqual(MAX_HOT_THREADS + 200);
    expect(atOnce.threads.size + atOnce.counts.evictedThreads).toBe(3500);
    expect([...atOnce.threads.values()].every((thread) => thread.status === 'active')).toBe(true);
    expect(atOnce.threads.has('t2499')).toBe(true);
    expect(atOnce.threads.has('t0')).toBe(false);
    expect(events.reduce(apply, EMPTY).threads).toEqual(atOnce.threads);
  });

  it('keep sums finite under hostile amounts', () => {
    const huge = usage({ latencyMs: 1e308, reportedCostNanos: Number.MAX_SAFE_INTEGER });
    const { usage: sum } = fold(huge, huge, huge);
    expect(sum.costNanos).toBe(Number.MAX_SAFE_INTEGER);
    expect(sum.latencyMsTotal).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('live rates', () => {
  const tokens = (state: OrganismState) =>
    state.activity.reduce((total, bucket) => total + bucket.tokens, 0);

  it('count the tokens of calls that happen, not of history read afterwards', () => {
    const read = usage({ occurredAt: START_AT - 60 * 60_000 });
    expect(tokens(fold(usage(), read))).toBe(15);
    expect(fold(usage(), read).usage.requests).toBe(2);
  });

  it('count what a source with a clock some minutes off reports', () => {
    const early = usage({ occurredAt: START_AT - 5 * 60_000 });
    const late = usage({ occurredAt: START_AT + 5 * 60_000 });
    expect(tokens(fold(early, late))).toBe(30);
  });
});

describe('runs', () => {
  it('start anew when the uptime starts over, and not for its jitter', () => {
    expect(fold(life(START_AT)).run).toBe(1);
    expect(fold(life(START_AT), life(START_AT + 3000), life(START_AT - 3000)).run).toBe(1);
    expect(fold(life(START_AT), life(START_AT + 60_000)).run).toBe(2);
    expect(fold(message(), life(START_AT)).run).toBe(1);
  });

  it('leave a thread of an earlier run in it until it is seen alive', () => {
    const before = fold(life(START_AT), message());
    const after = applyAll(before, journalOf([life(START_AT + 60_000), usage()], before.seq));
    expect(after.threads.get('t1')).toMatchObject({ run: 1, status: 'active' });
    const alive = applyAll(after, journalOf([message()], after.seq));
    expect(alive.threads.get('t1')?.run).toBe(2);
  });

  it('know a thread from the ledger alone as neither active nor done', () => {
    expect(fold(usage()).threads.get('t1')?.status).toBe('unknown');
    expect(fold(usage(), message()).threads.get('t1')?.status).toBe('active');
    const done: Facts = { type: 'thread_updated', threadId: 't1', status: 'completed' };
    expect(fold(done, usage(), message()).threads.get('t1')?.status).toBe('completed');
  });
});

describe('budgets', () => {
  const crossed = (state: OrganismState) => state.threads.get('t1')?.budget?.crossedAt ?? {};

  it('cross each threshold once per run, at the reading that showed it', () => {
    const state = fold(
      budget(740),
      budget(760),
      budget(800),
      budget(955),
      budget(955),
      budget(1004),
    );
    expect(crossed(state)).toEqual({
      75: START_AT + 2000,
      90: START_AT + 4000,
      95: START_AT + 4000,
      100: START_AT + 6000,
    });
  });

  it('keep what was crossed when the figures go down within a run', () => {
    expect(Object.keys(crossed(fold(budget(800), budget(10))))).toEqual(['75']);
  });

  it('cross again in a new run, also when another event of the thread came first', () => {
    const state = fold(
      life(START_AT),
      budget(1000),
      life(START_AT + 60_000),
      message(),
      budget(800),
    );
    expect(crossed(state)).toEqual({ 75: START_AT + 5000 });
    expect(state.threads.get('t1')?.budget?.readings).toHaveLength(1);
  });

  it('have no thresholds without a limit', () => {
    expect(crossed(fold(budget(5000, { maxTokens: 0 })))).toEqual({});
  });

  it('cross at the same instants whatever lies between', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1200), { minLength: 1 }), (totals) => {
        const state = fold(...totals.map((total) => budget(total)));
        for (const threshold of BUDGET_THRESHOLDS) {
          const first = totals.findIndex((total) => total >= threshold * 10);
          const at = first === -1 ? undefined : START_AT + (first + 1) * 1000;
          expect(state.threads.get('t1')?.budget?.crossedAt[threshold]).toBe(at);
        }
      }),
    );
  });

  it('keep readings that span the burn window at any pace', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 30_000 }), (paceMs) => {
        const lengthMs = 2 * BURN_WINDOW_MS;
        const facts = Array.from({ length: Math.ceil(lengthMs / paceMs) }, (_, index) =>
          budget(index, { occurredAt: START_AT + index * paceMs }),
        );
        const readings = fold(...facts).threads.get('t1')?.budget?.readings ?? [];
        const spanMs = (readings.at(-1)?.at ?? 0) - (readings[0]?.at ?? 0);
        expect(readings.length).toBeLessThanOrEqual(MAX_BUDGET_READINGS);
        expect(spanMs).toBeGreaterThanOrEqual(BURN_WINDOW_MS - 2 * paceMs);
        expect(readings.at(-1)?.totalTokens).toBe(facts.length - 1);
      }),
      { numRuns: 20 },
    );
  });
});

describe('threads and agents', () => {
  it('count a message once, whether the source or we saw it first', () => {
    const told: Facts = {
      type: 'thread_updated',
      threadId: 't1',
      status: 'active',
      messageCount: 2,
    };
    const count = (...facts: Facts[]) => fold(...facts).threads.get('t1')?.messageCount;
    expect(count(told, message(), message())).toBe(2);
    expect(count(message(), message(), told)).toBe(2);
    expect(count(message(), told, message(), message())).toBe(3);
  });

  it('keep an error text when the thread is killed', () => {
    const failed: Facts = {
      type: 'thread_updated',
      threadId: 't1',
      status: 'error',
      error: 'tool failed',
    };
    const killed: Facts = { type: 'thread_updated', threadId: 't1', status: 'killed' };
    const thread = fold(failed, killed, { ...killed, error: '' }).threads.get('t1');
    expect(thread).toMatchObject({ status: 'killed', error: 'tool failed' });
  });

  it('show no queue depth until it has moved', () => {
    const depth = (...facts: Facts[]) => fold(...facts).agents.get('planner')?.queueDepth;
    expect(depth(agent({ queueDepth: 0 }), agent({ queueDepth: 0 }))).toBeNull();
    expect(depth(agent({ queueDepth: 2 }), agent())).toBe(2);
    expect(depth(agent({ queueDepth: 2 }), agent({ queueDepth: 0 }))).toBe(0);
  });

  it('tell a listed agent from a mere end of a message', () => {
    const state = fold(
      agent(),
      message({ from: 'api', to: 'planner' }),
      message({ from: '', to: 'x' }),
    );
    expect([...state.agents.values()].map(({ name, isListed }) => [name, isListed])).toEqual([
      ['planner', true],
      ['api', false],
      ['x', false],
    ]);
  });

  it('remember since when an agent is in its state', () => {
    const state = (word: string): Facts => ({
      type: 'agent_state',
      agent: 'planner',
      state: word,
      currentThread: 't1',
    });
    const since = fold(state('idle'), state('processing'), state('processing'));
    expect(since.agents.get('planner')?.stateSince).toBe(START_AT + 2000);
  });

  it('reload what a reload that worked names', () => {
    const reload = (success: boolean): Facts => ({
      type: 'reload',
      success,
      added: ['new'],
      removed: ['planner'],
      updated: [],
    });
    expect(fold(agent(), reload(false)).agents.get('planner')?.isRemoved).toBe(false);
    const state = fold(agent(), reload(true));
    expect(state.agents.get('planner')?.isRemoved).toBe(true);
    expect(state.agents.get('new')?.isListed).toBe(true);
  });

  it('count raw events, errors and messages by kind', () => {
    const state = fold(
      { type: 'raw', name: 'odd', payload: 1 },
      { type: 'error', threadId: null, agent: null, text: 'boom', severity: 'fatal' },
      message(),
    );
    expect(state.counts).toMatchObject({ events: 3, raw: 1, errors: 1, messages: 1 });
  });
});
