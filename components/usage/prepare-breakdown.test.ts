import { expect, it } from 'vitest';

import { REST_COLOUR, seriesColour } from '#components/ui/series-colour.ts';
import { ZERO_TOKENS } from '#organism/tokens.ts';
import { ZERO_USAGE } from '#organism/usage-sum.ts';

import { prepareBreakdown } from './prepare-breakdown.ts';
import { knownCost, percentOf, sumUsage } from './usage-totals.ts';

const sum = {
  ...ZERO_USAGE,
  requests: 2,
  tokens: { ...ZERO_TOKENS, inputFresh: 10, reasoning: 5 },
  costNanos: 25,
  latencyMsTotal: 300,
  latencyCount: 2,
};
const series = {
  id: 'group:gpt-5',
  group: 'gpt-5',
  label: 'gpt-5',
  colour: seriesColour('gpt-5'),
  total: 1,
  sharePercent: 1,
  isRest: false,
};

it('gives each row its average and the colour it has in the chart', () => {
  const [row] = prepareBreakdown(
    { groupBy: ['model'], rows: [{ keys: ['gpt-5'], sum }], total: { ...sum, costNanos: 100 } },
    [series],
    'model',
  );
  expect(row).toMatchObject({
    label: 'gpt-5',
    colour: series.colour,
    totalTokens: 15,
    averageLatencyMs: 150,
  });
});

it('says what usage without a name lacks, and makes no average of nothing', () => {
  const rows = [{ keys: [null], sum: ZERO_USAGE }];
  const [row] = prepareBreakdown({ groupBy: ['org'], rows, total: ZERO_USAGE }, [], 'org');
  expect(row).toMatchObject({
    group: null,
    label: 'no org',
    colour: REST_COLOUR,
    averageLatencyMs: null,
  });
});

it('sums days into totals, with what has no price beside them', () => {
  const day = {
    totalTokens: 10,
    promptTokens: 7,
    completionTokens: 3,
    requestCount: 2,
    totalCost: 0.5,
    totalCostNanos: 500_000_001,
    reportedCostNanos: 1,
    unpricedRequests: 1,
    unpricedTokens: 4,
    coveredCostNanos: 35,
    coveredUnlisted: 1,
  };
  expect(sumUsage([day, day])).toEqual({
    costNanos: 1_000_000_002,
    reportedNanos: 2,
    tokens: 20,
    promptTokens: 14,
    completionTokens: 6,
    requests: 4,
    unpricedTokens: 8,
    coveredNanos: 70,
    coveredUnlisted: 2,
    unpricedRequests: 2,
  });
  expect(percentOf(8, 20)).toBe(40);
  expect(percentOf(0, 0)).toBe(0);
});

it('words the kinds of billing as the bill does', () => {
  const rows = [{ keys: ['subscription'], sum }];
  const [row] = prepareBreakdown({ groupBy: ['billing'], rows, total: sum }, [], 'billing');
  expect(row).toMatchObject({ group: 'subscription', label: 'Covered by subscription' });
});

it('knows no cost where no call has a price, and calls nothing nothing', () => {
  expect(knownCost({ costNanos: 0, requests: 3, unpricedRequests: 3 })).toBeNull();
  expect(knownCost({ costNanos: 7, requests: 3, unpricedRequests: 2 })).toBe(7);
  expect(knownCost({ costNanos: 0, requests: 0, unpricedRequests: 0 })).toBe(0);
});
