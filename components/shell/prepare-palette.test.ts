import { expect, it } from 'vitest';

import { emptyOrganism, newAgentView, newThreadView, type BudgetView } from '#organism/state.ts';

import { liveItems, searchItems } from './prepare-palette.ts';

const budget = (totalTokens: number, run = 1): BudgetView => ({
  maxTokens: 100,
  promptTokens: totalTokens,
  completionTokens: 0,
  totalTokens,
  readAt: 0,
  readings: [],
  crossedAt: {},
  run,
});

it('lists agents by name and running threads hottest first', () => {
  const thread = (id: string, status: string, view: BudgetView) =>
    [id, { ...newThreadView(id, 1), status, budget: view }] as const;
  const items = liveItems({
    ...emptyOrganism('desk'),
    agents: new Map([
      ['b', { ...newAgentView('b'), isListed: true }],
      ['a', { ...newAgentView('a'), isListed: true }],
      ['api', newAgentView('api')],
      ['gone', { ...newAgentView('gone'), isListed: true, isRemoved: true }],
    ]),
    threads: new Map([
      thread('cool', 'active', budget(10)),
      thread('hot', 'active', budget(80)),
      thread('over', 'completed', budget(99)),
      thread('former', 'active', budget(99, 0)),
    ]),
  });
  expect(items.map((item) => item.id)).toEqual(['agent:a', 'agent:b', 'thread:hot', 'thread:cool']);
});

it('leads to what was found, in its own organism, whatever its name', () => {
  const hit = { organismId: 'other one', title: 'x', detail: '' };
  const [agent, message] = searchItems(
    [
      { ...hit, kind: 'agent', id: 'a/b?c' },
      { ...hit, kind: 'message', id: 'm1' },
    ],
    'typed',
  );
  expect(agent?.href).toBe('/agents/a%2Fb%3Fc?organism=other%20one');
  expect(message?.href).toBe('/messages?message=m1&organism=other%20one');
  expect(agent?.keywords).toContain('typed');
});
