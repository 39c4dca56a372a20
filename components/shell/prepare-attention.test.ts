import { expect, it } from 'vitest';

import { emptyOrganism, newThreadView, type BudgetView, type SourceView } from '#organism/state.ts';

import { countExhausted, countTroubledSources } from './prepare-attention.ts';

const SPENT: BudgetView = {
  maxTokens: 100,
  promptTokens: 100,
  completionTokens: 0,
  totalTokens: 100,
  readAt: 0,
  readings: [],
  crossedAt: {},
  run: 1,
};

it('counts spent budgets of running threads of this run only', () => {
  const thread = (id: string, status: string, budget: BudgetView | null) =>
    [id, { ...newThreadView(id, 1), status, budget }] as const;
  const organism = {
    ...emptyOrganism('desk'),
    threads: new Map([
      thread('spent', 'active', SPENT),
      thread('done', 'completed', SPENT),
      thread('former', 'active', { ...SPENT, run: 0 }),
      thread('unlimited', 'active', { ...SPENT, maxTokens: 0 }),
      thread('none', 'active', null),
    ]),
  };
  expect(countExhausted(organism)).toBe(1);
});

it('counts sources from which nothing comes', () => {
  const source = (name: string, state: SourceView['state']) =>
    [name, { name, state } as SourceView] as const;
  const sources = new Map([
    source('a', 'live'),
    source('b', 'retrying'),
    source('c', 'stopped'),
    source('d', 'polling'),
  ]);
  expect(countTroubledSources({ ...emptyOrganism('desk'), sources })).toBe(2);
});
