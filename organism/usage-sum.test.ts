import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { arbitraryJournal } from './arbitrary-events.ts';
import type { EventOf } from './event.ts';
import { ZERO_TOKENS, totalTokens } from './tokens.ts';
import { ZERO_USAGE, addUsage } from './usage-sum.ts';

const call: EventOf<'usage'> = {
  type: 'usage',
  key: 'k',
  seq: 1,
  organismId: 'lab',
  source: 'lab',
  occurredAt: 0,
  receivedAt: 0,
  threadId: null,
  agent: null,
  model: 'gpt-4o',
  provider: 'openai',
  org: null,
  user: null,
  tokens: { ...ZERO_TOKENS, inputFresh: 100, reasoning: 20 },
  latencyMs: null,
  reportedCostNanos: null,
  costNanos: null,
  price: null,
};

describe('a sum of usage', () => {
  it('counts a call without a price as unpriced, never as free', () => {
    expect(addUsage(ZERO_USAGE, call)).toMatchObject({
      costNanos: 0,
      unpricedRequests: 1,
      unpricedTokens: 120,
    });
    expect(addUsage(ZERO_USAGE, { ...call, costNanos: 0 })).toMatchObject({
      costNanos: 0,
      unpricedRequests: 0,
      unpricedTokens: 0,
    });
  });

  it('takes our price where known, and marks what only the source vouches for', () => {
    const both = addUsage(ZERO_USAGE, { ...call, costNanos: 7, reportedCostNanos: 9 });
    expect(both).toMatchObject({ costNanos: 7, reportedCostNanos: 0 });
    const reported = addUsage(both, { ...call, reportedCostNanos: 9 });
    expect(reported).toMatchObject({ costNanos: 16, reportedCostNanos: 9, unpricedRequests: 0 });
  });

  it('averages latency over the calls that told one', () => {
    const sum = addUsage(addUsage(ZERO_USAGE, { ...call, latencyMs: 300 }), call);
    expect(sum).toMatchObject({ latencyMsTotal: 300, latencyCount: 1, requests: 2 });
  });

  it('adds up, whatever comes', () => {
    fc.assert(
      fc.property(arbitraryJournal(), (events) => {
        const calls = events.filter((event) => event.type === 'usage');
        const sum = calls.reduce(addUsage, ZERO_USAGE);
        expect(sum.requests).toBe(calls.length);
        expect(totalTokens(sum.tokens)).toBe(
          calls.reduce((total, { tokens }) => total + totalTokens(tokens), 0),
        );
        expect(sum.costNanos).toBeGreaterThanOrEqual(sum.reportedCostNanos);
        expect(sum.costNanos).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
        expect(sum.unpricedRequests).toBeLessThanOrEqual(sum.requests);
      }),
    );
  });
});
