import { beforeEach, expect, it } from 'vitest';

import type { LiveView } from '#components/live/live-store.ts';
import { apply } from '#organism/apply.ts';
import type { EventOf } from '#organism/event.ts';
import { emptyOrganism, type OrganismState } from '#organism/state.ts';

import { createBudgetAnnouncer, type BudgetAnnouncer, type Crossing } from './budget-announcer.ts';
import { describeCrossings } from './budget-words.ts';

const LOADED_AT = 1_000_000;

let organism: OrganismState;
let isLoaded: boolean;
let now: number;
let seq: number;
let listeners: Set<() => void>;
let timers: { task: () => void; dueAt: number }[];
let told: Crossing[][];
let announcer: BudgetAnnouncer;

beforeEach(() => {
  organism = emptyOrganism('desk');
  isLoaded = false;
  now = LOADED_AT;
  seq = 0;
  listeners = new Set();
  timers = [];
  told = [];
  announcer = createBudgetAnnouncer({
    store: {
      getSnapshot: (): LiveView => ({
        organism,
        isLoaded,
        amendments: [],
        status: { kind: 'connecting' },
      }),
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      serverNow: () => now,
    },
    announce: (crossings) => told.push([...crossings]),
    setTimer(task, delayMs) {
      const timer = { task, dueAt: now + delayMs };
      timers.push(timer);
      return () => (timers = timers.filter((other) => other !== timer));
    },
  });
  announcer.start();
});

function notify(): void {
  for (const listener of listeners) listener();
}

function load(): void {
  isLoaded = true;
  notify();
}

function budget(threadId: string, totalTokens: number): void {
  seq += 1;
  now += 10;
  const reading: EventOf<'budget'> = {
    type: 'budget',
    seq,
    organismId: 'desk',
    source: 'desk',
    key: `budget:${seq}`,
    occurredAt: now,
    receivedAt: now,
    threadId,
    maxTokens: 100,
    promptTokens: totalTokens,
    completionTokens: 0,
    totalTokens,
  };
  organism = apply(organism, reading);
  notify();
}

function pass(durationMs: number): void {
  now += durationMs;
  const due = timers.filter((timer) => timer.dueAt <= now);
  timers = timers.filter((timer) => timer.dueAt > now);
  for (const timer of due) timer.task();
}

it('tells nothing of what was crossed before the page was open', () => {
  budget('t1', 92);
  load();
  budget('t1', 93);
  pass(60_000);
  expect(told).toEqual([]);
});

it('tells each threshold once, the highest of those passed at once', () => {
  load();
  budget('t1', 50);
  budget('t1', 91);
  budget('t1', 92);
  pass(2000);
  expect(told).toEqual([[{ threadId: 't1', threshold: 90 }]]);
  budget('t1', 93);
  pass(60_000);
  expect(told).toHaveLength(1);
  budget('t1', 96);
  pass(2000);
  expect(told[1]).toEqual([{ threadId: 't1', threshold: 95 }]);
});

it('gathers what comes together and then keeps quiet for a while', () => {
  load();
  budget('t1', 80);
  budget('t2', 100);
  pass(2000);
  budget('t3', 80);
  pass(20_000);
  expect(told).toHaveLength(1);
  expect(told[0]).toHaveLength(2);
  pass(10_000);
  expect(told[1]).toEqual([{ threadId: 't3', threshold: 75 }]);
});

it('keeps silent once stopped', () => {
  load();
  budget('t1', 80);
  announcer.stop();
  budget('t1', 95);
  pass(60_000);
  expect(told).toEqual([]);
  expect(listeners.size).toBe(0);
});

it('puts one crossing or many into one sentence', () => {
  expect(describeCrossings([{ threadId: 't1', threshold: 90 }]).title).toBe(
    'Thread t1 passed 90 % of its budget',
  );
  const many = describeCrossings([
    { threadId: 't1', threshold: 75 },
    { threadId: 't2', threshold: 100 },
    { threadId: 't3', threshold: 75 },
  ]);
  expect(many).toMatchObject({ detail: '1 exhausted, 2 at 75 %', href: '/gas', isExhausted: true });
});
