import { expect, it } from 'vitest';

import { emptyOrganism, newThreadView, type ThreadView } from '#organism/state.ts';
import { ZERO_USAGE } from '#organism/usage-sum.ts';

import { busiestThreads } from './prepare-busiest.ts';

function thread(id: string, status: string, tokens: number): ThreadView {
  const usage = { ...ZERO_USAGE, tokens: { ...ZERO_USAGE.tokens, inputFresh: tokens } };
  return { ...newThreadView(id, 1), status, usage };
}

it('puts running threads first, then by tokens, and draws shares of the most', () => {
  const all = [
    thread('done', 'completed', 900),
    thread('small', 'active', 10),
    thread('big', 'active', 40),
    thread('old', 'completed', 1),
  ];
  const organism = {
    ...emptyOrganism('desk'),
    threads: new Map(all.map((each) => [each.id, each])),
  };
  const rows = busiestThreads(organism, 3);
  expect(rows.map((row) => [row.thread.id, row.tokens])).toEqual([
    ['big', 40],
    ['small', 10],
    ['done', 900],
  ]);
  expect(rows.at(-1)?.share).toBe(100);
});
