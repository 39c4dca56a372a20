import { describe, expect, it } from 'vitest';

import { createLabAgentServer, type LabOptions } from './server.ts';

const EVENTS = 20_000;

function play(options: LabOptions = {}) {
  const lab = createLabAgentServer({ seed: 7, idSeed: 1, ...options });
  lab.step(EVENTS);
  return lab;
}

function tell(options: LabOptions): string {
  const lab = play(options);
  const messages = [...lab.world.messages.newest()].map(
    ({ id, threadId, from, to, payloadType, payload }) =>
      [id, threadId, from, to, payloadType, payload.json].join('|'),
  );
  return [...messages, JSON.stringify(lab.record.calls.slice(-500))].join('\n');
}

describe('the script', () => {
  it('tells the same story for the same seeds, and another for another', () => {
    const story = tell({});
    expect(tell({})).toBe(story);
    expect(tell({ seed: 8 })).not.toBe(story);
  });

  it('gives another run ids of its own, with the same seed', () => {
    const first = createLabAgentServer({ seed: 7 });
    const second = createLabAgentServer({ seed: 7 });
    first.step(50);
    second.step(50);
    expect(first.record.messageIds.length).toBeGreaterThan(5);
    expect(second.record.messageIds.length).toBe(first.record.messageIds.length);
    expect(first.record.messageIds).not.toContain(second.record.messageIds[0]);
  });

  it('ends threads in every way and leaves some running', () => {
    const statuses = new Map<string, number>();
    for (const thread of play().world.threads.values()) {
      statuses.set(thread.status, (statuses.get(thread.status) ?? 0) + 1);
    }
    expect([...statuses.keys()].sort()).toEqual(['active', 'completed', 'error', 'killed']);
    const count = (status: string) => statuses.get(status) ?? 0;
    expect(count('completed')).toBeGreaterThan(count('error') + count('killed'));
  });

  it('drives threads across each budget threshold, and past the end', () => {
    const lab = createLabAgentServer({ seed: 7 });
    const crossed = new Set<number>();
    for (let round = 0; round < EVENTS && crossed.size < 5; round += 1) {
      lab.step(1);
      for (const budget of lab.budgets.list()) {
        for (const threshold of [75, 90, 95, 100]) {
          if (budget.percentUsed >= threshold) crossed.add(threshold);
        }
        if (budget.totalTokens > budget.maxTokens) crossed.add(101);
      }
    }
    expect([...crossed].sort((a, b) => a - b)).toEqual([75, 90, 95, 100, 101]);
  });

  it('shows every agent state, and queues that move', () => {
    const lab = createLabAgentServer({ seed: 7 });
    const states = new Set<string>();
    let deepestQueue = 0;
    for (let round = 0; round < 5_000; round += 1) {
      lab.step(1);
      for (const agent of lab.world.agents.values()) {
        states.add(agent.state);
        deepestQueue = Math.max(deepestQueue, agent.queueDepth);
      }
    }
    expect([...states].sort()).toEqual(['error', 'idle', 'paused', 'processing', 'waiting']);
    expect(deepestQueue).toBeGreaterThan(1);
  });

  it('uses several models and organisations, some calls without a cost', () => {
    const { calls } = play().record;
    const distinct = (read: (call: (typeof calls)[number]) => unknown) => new Set(calls.map(read));
    expect(distinct((call) => call.model).size).toBe(7);
    expect(distinct((call) => call.orgId)).toEqual(
      new Set(['org-acme', 'org-globex', 'org-initech', null]),
    );
    const unpriced = calls.filter((call) => call.estimatedCost === null).length;
    expect(unpriced).toBeGreaterThan(0);
    expect(unpriced).toBeLessThan(calls.length / 2);
  });

  it('keeps memory bounded and counters exact', () => {
    const lab = createLabAgentServer({ seed: 7 });
    lab.step(120_000);
    expect(lab.record.emitted.message).toBeGreaterThan(10_000);
    expect(lab.world.messages.size()).toBe(10_000);
    expect(lab.world.totalMessages()).toBe(lab.record.emitted.message);
    const active = [...lab.world.threads.values()].filter((each) => each.status === 'active');
    expect(lab.world.activeThreads()).toBe(active.length);
    const calls = lab.record.calls.length;
    expect(lab.usage.counts()).toEqual({ calls, stored: calls, dropped: 0 });
  });
});
