import { expect, it } from 'vitest';

import { countStates } from '#components/agents/agent-states.ts';
import type { EventOf } from '#organism/event.ts';
import { newAgentView, type AgentView, type SourceView } from '#organism/state.ts';

import { MAX_SHOWN_AGENTS, pickAgents } from './pick-agents.ts';
import { sumDay } from './prepare-day.ts';
import { errorTrouble, standingTroubles } from './prepare-trouble.ts';

const NOW = 1_800_000_000_000;

const agent = (name: string, state: string): AgentView => ({ ...newAgentView(name), state });
const source = (name: string, fields: Partial<SourceView>): [string, SourceView] => [
  name,
  {
    name,
    state: 'live',
    since: NOW - 1000,
    socketMode: 'all',
    reason: null,
    nextTryAt: null,
    attempt: 0,
    notices: [],
    ...fields,
  },
];
const gap = (seq: number, receivedAt: number): EventOf<'gap'> => ({
  type: 'gap',
  seq,
  organismId: 'desk',
  source: 'desk',
  key: `gap:${seq}`,
  occurredAt: receivedAt,
  receivedAt,
  what: 'messages',
  from: null,
  to: null,
  missing: 1200,
  reason: 'older than the upstream keeps',
});

it('counts agents by state, the pressing states first, unknown words before unknown', () => {
  const agents = ['idle', 'dreaming', 'error', 'idle', 'unknown'].map((state, index) =>
    agent(`a${index}`, state),
  );
  expect(countStates(agents)).toEqual([
    { state: 'error', count: 1 },
    { state: 'idle', count: 2 },
    { state: 'dreaming', count: 1 },
    { state: 'unknown', count: 1 },
  ]);
});

it('leaves a small cast in its places and shows of a large one what presses', () => {
  const few = [agent('a', 'idle'), agent('b', 'error')];
  expect(pickAgents(few)).toEqual(few);
  const tool = { ...agent('aa', 'error'), isAgent: false };
  expect(pickAgents([tool, ...few])).toEqual([...few, tool]);
  const many = Array.from({ length: MAX_SHOWN_AGENTS + 1 }, (_, index) =>
    agent(`a${index}`, 'idle'),
  );
  const shown = pickAgents([...many, agent('z', 'error')]);
  expect(shown).toHaveLength(MAX_SHOWN_AGENTS);
  expect(shown[0]?.name).toBe('z');
});

it('names what stands in the way, and nothing of sources that answer', () => {
  const troubles = standingTroubles(
    {
      sources: new Map([
        source('calm', {}),
        source('lost', { state: 'retrying', reason: 'connection refused' }),
        source('odd', { state: 'polling', notices: ['stores no usage since its reset'] }),
      ]),
      gaps: [gap(1, NOW - 3 * 24 * 60 * 60_000), gap(2, NOW - 1000)],
    },
    NOW,
  );
  expect(troubles.map(({ subject, text }) => `${subject} | ${text}`)).toEqual([
    'Source lost retries | connection refused',
    'Source odd | stores no usage since its reset',
    'Gap: 1,200 messages missing | older than the upstream keeps',
  ]);
});

it('leads from an error to its thread, else to its agent, whatever their names', () => {
  const { missing: _missing, ...base } = gap(1, NOW);
  const error = (threadId: string | null, name: string | null) =>
    errorTrouble({ ...base, type: 'error', threadId, agent: name, text: 'boom', severity: 'error' })
      .href;
  expect(error('t/1', 'a')).toBe('/threads/t%2F1');
  expect(error(null, 'a b')).toBe('/agents/a%20b');
  expect(error(null, null)).toBe('/errors');
});

it('sums a day to the nano and says what has no price', () => {
  const row = { date: '2026-11-21', totalTokens: 10, requestCount: 2, totalCost: 0.1 };
  const day = sumDay([row, { ...row, totalCostNanos: 5, unpricedRequests: 1 }]);
  expect(day).toEqual({ costNanos: 100_000_005, tokens: 20, requests: 4, unpricedRequests: 1 });
  expect(sumDay([]).costNanos).toBe(0);
});
