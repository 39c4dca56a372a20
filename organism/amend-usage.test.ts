import { describe, expect, it } from 'vitest';

import { amendUsage } from './amend-usage.ts';
import type { CallFacts } from './event.ts';

const TOKENS = { inputFresh: 100, cacheRead: 0, cacheWrite: 0, outputVisible: 10, reasoning: 0 };
const POOR: CallFacts = {
  threadId: 't',
  agent: 'a',
  model: '',
  provider: '',
  org: null,
  user: null,
  tokens: TOKENS,
  latencyMs: null,
  reportedCostNanos: null,
  costNanos: null,
  price: null,
};
const RICH: CallFacts = { ...POOR, model: 'm', provider: 'p', latencyMs: 5, costNanos: 7 };

const amended = (known: CallFacts, next: Partial<CallFacts>) =>
  amendUsage(known, { ...POOR, ...next });

describe('a call told again', () => {
  it('takes over what was absent, and its price with what the price is made of', () => {
    expect(amendUsage(POOR, RICH)).toMatchObject(RICH);
    expect(amendUsage(RICH, POOR)).toBeNull();
    expect(amendUsage(RICH, RICH)).toBeNull();
  });

  it.each([
    ['another model', { model: 'other', costNanos: 9 }],
    ['another provider', { model: 'm', provider: 'other', cacheWrite1h: 3 }],
    ['other counts', { ...RICH, tokens: { ...TOKENS, inputFresh: 5 }, cacheWrite1h: 3 }],
    ['who pays', { ...RICH, billing: 'subscription', cacheWrite1h: 3 }],
  ] satisfies [string, Partial<CallFacts>][])(
    'keeps all of its price against %s',
    (_what, next) => {
      const { latencyMs: _latency, ...rest } = { ...POOR, ...next };
      expect(amendUsage(RICH, { ...rest, latencyMs: null })).toBeNull();
    },
  );

  it('keeps each figure that both tell', () => {
    const next = { ...RICH, latencyMs: 9, org: 'acme', metadata: { a: 2, b: 3 } };
    expect(amendUsage({ ...RICH, metadata: { a: 1 } }, next)).toMatchObject({
      latencyMs: 5,
      org: 'acme',
      metadata: { a: 1, b: 3 },
    });
  });

  it.each([
    ['told apart from the rest', { inputFresh: 20, cacheRead: 80 }, true],
    ['that stand beside', { cacheRead: 80 }, true],
    ['that fit neither way', { inputFresh: 50, cacheRead: 80 }, false],
    ['against one that was told', { cacheWrite: 4, cacheRead: 80 }, false],
  ])('takes over classes %s', (_how, classes, isTaken) => {
    const known: CallFacts = { ...RICH, notReported: ['cacheRead'] };
    const next = { ...RICH, tokens: { ...TOKENS, ...classes } };
    expect(amendUsage(known, next)?.tokens).toEqual(isTaken ? next.tokens : undefined);
  });

  it('fills a count that was not reported at all', () => {
    const known: CallFacts = {
      ...RICH,
      tokens: { ...TOKENS, outputVisible: 0 },
      notReported: ['outputVisible', 'reasoning'],
    };
    const next = { ...RICH, tokens: { ...TOKENS, outputVisible: 6, reasoning: 4 } };
    expect(amendUsage(known, next)).toMatchObject({ tokens: next.tokens });
  });

  it('gives a stand-in up for the right name, and never the other way round', () => {
    const known: CallFacts = {
      ...RICH,
      agent: 'desk',
      threadId: 'x',
      standIns: ['agent', 'threadId'],
    };
    const half = amendUsage(known, { ...RICH, agent: 'planner', standIns: ['threadId'] });
    expect(half).toMatchObject({ agent: 'planner', threadId: 'x', standIns: ['threadId'] });
    expect(amendUsage(known, RICH)?.standIns).toBeUndefined();
    expect(amendUsage(RICH, known)).toBeNull();
    expect(amended({ ...RICH, agent: null }, known)).toMatchObject({
      agent: 'desk',
      standIns: ['agent'],
    });
  });
});
