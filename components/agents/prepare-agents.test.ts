import { expect, it } from 'vitest';

import { emptyOrganism, newAgentView, type AgentView } from '#organism/state.ts';

import { filterAgents, selectAgents, sortAgents, type AgentFilter } from './prepare-agents.ts';

const agent = (name: string, fields: Partial<AgentView> = {}): AgentView => ({
  ...newAgentView(name),
  isListed: true,
  state: 'idle',
  ...fields,
});
const ALL: AgentFilter = { states: [], kind: 'all', text: '', isRemoved: false };
const names = (agents: readonly AgentView[]) => agents.map(({ name }) => name);

it('lists what the runtime names, the removed ones apart, mere ends of messages never', () => {
  const agents = [agent('a'), agent('b', { isRemoved: true }), agent('api', { isListed: false })];
  const organism = {
    ...emptyOrganism('desk'),
    agents: new Map(agents.map((each) => [each.name, each])),
  };
  expect(names(selectAgents(organism, false))).toEqual(['a']);
  expect(names(selectAgents(organism, true))).toEqual(['b']);
});

it('filters by state, kind and text', () => {
  const agents = [
    agent('planner', { state: 'waiting' }),
    agent('sql-query', { isAgent: false, description: 'Reads the Warehouse' }),
    agent('coder', { state: 'dreaming' }),
  ];
  const filtered = (patch: Partial<AgentFilter>) =>
    names(filterAgents(agents, { ...ALL, ...patch }));
  expect(filtered({})).toHaveLength(3);
  expect(filtered({ states: ['waiting', 'dreaming'] })).toEqual(['planner', 'coder']);
  expect(filtered({ kind: 'tools' })).toEqual(['sql-query']);
  expect(filtered({ text: ' warehouse' })).toEqual(['sql-query']);
  expect(filtered({ kind: 'agents', text: 'warehouse' })).toEqual([]);
});

it('sorts by value with the unknown last in both directions, names settling ties', () => {
  const agents = [
    agent('c', { queueDepth: 1 }),
    agent('b', { queueDepth: null }),
    agent('d', { queueDepth: 7 }),
    agent('a', { queueDepth: 1 }),
  ];
  const sorted = (isDescending: boolean) =>
    names(sortAgents(agents, { id: 'queue', isDescending }));
  expect(sorted(false)).toEqual(['a', 'c', 'd', 'b']);
  expect(sorted(true)).toEqual(['d', 'a', 'c', 'b']);
  expect(names(sortAgents(agents, { id: 'nonsense', isDescending: false }))).toEqual([
    'a',
    'b',
    'c',
    'd',
  ]);
});
