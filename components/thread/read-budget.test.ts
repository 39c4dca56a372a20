import { expect, it } from 'vitest';

import { readBudget, type ThreadBudget } from './read-budget.ts';

const NOW = 1_000_000_000;
const MINUTE = 60_000;

const BUDGET: ThreadBudget = {
  maxTokens: 1000,
  promptTokens: 700,
  completionTokens: 100,
  totalTokens: 800,
  readAt: NOW,
  readings: [
    { at: NOW - 2 * MINUTE, totalTokens: 600 },
    { at: NOW, totalTokens: 800 },
  ],
  crossedAt: { 75: NOW - MINUTE },
};

it('tells rate, time to empty and what was crossed when', () => {
  const facts = readBudget(BUDGET, true, NOW);
  expect(facts).toMatchObject({ limit: 1000, remaining: 200, ratePerMinute: 100, isCurrent: true });
  expect(facts.timeToEmptyMs).toBe(2 * MINUTE);
  expect(facts.crossings).toEqual({ 75: NOW - MINUTE, 90: 'not', 95: 'not', 100: 'not' });
});

it('gives no estimate for a thread that ended, an unknown clock, or a budget from the store', () => {
  const none = { ratePerMinute: null, timeToEmptyMs: null };
  expect(readBudget(BUDGET, false, NOW)).toMatchObject({ ...none, isCurrent: false });
  expect(readBudget(BUDGET, true, null)).toMatchObject(none);
  expect(readBudget({ ...BUDGET, readings: undefined }, true, NOW)).toMatchObject(none);
});

it('says that a threshold was crossed where nobody saw when', () => {
  const facts = readBudget({ ...BUDGET, totalTokens: 960, crossedAt: undefined }, true, NOW);
  expect(facts.crossings).toEqual({ 75: 'unknown', 90: 'unknown', 95: 'unknown', 100: 'not' });
});

it('has no limit, and crosses nothing, where the source names none', () => {
  const facts = readBudget({ ...BUDGET, maxTokens: 0, crossedAt: undefined }, true, NOW);
  expect(facts).toMatchObject({ limit: null, timeToEmptyMs: null });
  expect(facts.crossings[75]).toBe('not');
});
