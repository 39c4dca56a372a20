import { describe, expect, it } from 'vitest';

import { newThreadView, type BudgetView, type ThreadView } from '#organism/state.ts';
import { ZERO_TOKENS } from '#organism/tokens.ts';
import { ZERO_USAGE, type UsageSum } from '#organism/usage-sum.ts';

import { gridLines, groupGas, visibleRange } from './prepare-gas-grid.ts';
import { countLevels, prepareGas, sumGas } from './prepare-gas.ts';
import { prepareShares } from './prepare-shares.ts';

const RUN = 3;
const NOW = 1_000_000_000;
const MINUTE = 60_000;

function thread(id: string, used: number, patch: Partial<ThreadView> = {}): ThreadView {
  const budget: BudgetView = {
    maxTokens: 1000,
    promptTokens: used,
    completionTokens: 0,
    totalTokens: used,
    readAt: NOW,
    readings: [
      { at: NOW - MINUTE, totalTokens: Math.max(0, used - 60) },
      { at: NOW, totalTokens: used },
    ],
    crossedAt: {},
    run: RUN,
  };
  return { ...newThreadView(id, RUN), status: 'active', budget, ...patch };
}

const picture = (...threads: ThreadView[]) => ({
  run: RUN,
  threads: new Map(threads.map((each) => [each.id, each])),
});

describe('the budgets of an organism', () => {
  it('stand hottest first, each in its threshold', () => {
    const rows = prepareGas(
      picture(
        thread('a', 100),
        thread('b', 1004),
        thread('c', 960),
        thread('d', 910),
        thread('e', 750),
      ),
      NOW,
    );
    expect(rows.map(({ id, level }) => [id, level])).toEqual([
      ['b', 'exhausted'],
      ['c', 'final'],
      ['d', 'critical'],
      ['e', 'warning'],
      ['a', 'ok'],
    ]);
    expect(rows[0]?.percent).toBe(100.4);
    expect(countLevels(rows).get('final')).toBe(1);
  });

  it('say when each runs dry at the rate of the last minutes', () => {
    const [row] = prepareGas(picture(thread('a', 400)), NOW);
    expect(row).toMatchObject({ ratePerMinute: 60, timeToEmptyMs: 10 * MINUTE });
  });

  it('give no estimate for a thread that ended, an earlier run, or an unknown clock', () => {
    const ended = thread('a', 400, { status: 'completed' });
    const before = thread('b', 400, { run: 1 });
    for (const row of prepareGas(picture(ended, before), NOW)) {
      expect(row).toMatchObject({ ratePerMinute: null, timeToEmptyMs: null, isRunning: false });
    }
    expect(prepareGas(picture(thread('a', 400)), null)[0]?.timeToEmptyMs).toBeNull();
  });

  it('sum up only what runs and has a limit', () => {
    const unlimited = thread('free', 500);
    const free = { ...unlimited, budget: { ...unlimited.budget!, maxTokens: 0 } };
    const sum = sumGas(
      prepareGas(
        picture(
          thread('a', 400),
          thread('b', 940),
          thread('done', 999, { status: 'killed' }),
          free,
        ),
        NOW,
      ),
    );
    expect(sum).toMatchObject({ budgets: 2, unlimited: 1, used: 1340, limit: 2000, hot: 1 });
    expect(sum.ratePerMinute).toBe(120);
    expect(sum.nextDry?.id).toBe('b');
  });
});

describe('the grid', () => {
  it('breaks groups into lines and never mixes two thresholds in one', () => {
    const rows = prepareGas(
      picture(...Array.from({ length: 7 }, (_, at) => thread(`t${at}`, at < 3 ? 980 : 100))),
      NOW,
    );
    const lines = gridLines(groupGas(rows), 2);
    expect(lines.map((line) => (line.kind === 'head' ? line.count : line.ids.length))).toEqual([
      3, 2, 1, 4, 2, 2,
    ]);
  });

  it('draws what is seen and stands in for the rest', () => {
    const heights = [40, 200, 200, 40, 200];
    expect(visibleRange(heights, 0, 100)).toEqual({ from: 0, to: 2, before: 0, after: 440 });
    expect(visibleRange(heights, 250, 460)).toEqual({ from: 2, to: 4, before: 240, after: 200 });
    expect(visibleRange(heights, 9999, 10_999)).toEqual({ from: 5, to: 5, before: 680, after: 0 });
  });
});

describe('shares', () => {
  const usage = (tokens: number, unpricedRequests = 0): UsageSum => ({
    ...ZERO_USAGE,
    requests: 1,
    tokens: { ...ZERO_TOKENS, inputFresh: tokens },
    costNanos: tokens,
    unpricedRequests,
  });

  it('are parts of all tokens, and say what no name accounts for', () => {
    const shares = prepareShares(
      [
        ['a', usage(60)],
        ['b', usage(30)],
      ],
      usage(100),
      'no agent named',
    );
    expect(shares.rows.map(({ name, percent }) => [name, percent])).toEqual([
      ['a', 60],
      ['b', 30],
      ['no agent named', 10],
    ]);
  });

  it('add up to the whole, however many are hidden', () => {
    const sums = Array.from({ length: 12 }, (_, at) => [`m${at}`, usage(at + 1)] as const);
    const shares = prepareShares(sums, usage(78), 'no model named');
    expect(shares).toMatchObject({ shown: 8, total: 12 });
    expect(shares.rows.reduce((sum, row) => sum + row.tokens, 0)).toBe(78);
    expect(shares.rows.at(-1)).toMatchObject({ name: '4 others', kind: 'rest' });
  });
});
