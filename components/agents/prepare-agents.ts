import type { Sort } from '#components/ui/table/column.ts';
import type { AgentView, OrganismState } from '#organism/state.ts';
import { totalTokens } from '#organism/tokens.ts';

import { urgency } from './agent-states.ts';

export const AGENT_KINDS = ['all', 'agents', 'tools'] as const;
export type AgentKind = (typeof AGENT_KINDS)[number];

export interface AgentFilter {
  /** Empty: every state. */
  readonly states: readonly string[];
  readonly kind: AgentKind;
  /** Part of the name or the description, letters in either case. */
  readonly text: string;
  /** Those the runtime no longer lists, instead of those it does. */
  readonly isRemoved: boolean;
}

export function selectAgents(
  { agents }: Pick<OrganismState, 'agents'>,
  isRemoved: boolean,
): AgentView[] {
  return [...agents.values()].filter((agent) => agent.isListed && agent.isRemoved === isRemoved);
}

export function filterAgents(agents: readonly AgentView[], filter: AgentFilter): AgentView[] {
  const text = filter.text.trim().toLowerCase();
  return agents.filter(
    (agent) =>
      isOfKind(agent, filter.kind) &&
      (filter.states.length === 0 || filter.states.includes(agent.state)) &&
      (text === '' ||
        agent.name.toLowerCase().includes(text) ||
        agent.description.toLowerCase().includes(text)),
  );
}

export function isOfKind(agent: AgentView, kind: AgentKind): boolean {
  return kind === 'all' || agent.isAgent === (kind === 'agents');
}

/** What each column sorts by; null sorts last. */
export const AGENT_SORTS = {
  name: (agent: AgentView) => agent.name,
  state: (agent: AgentView) => urgency(agent.state),
  queue: (agent: AgentView) => agent.queueDepth,
  messages: (agent: AgentView) => countMessages(agent),
  tokens: (agent: AgentView) => totalTokens(agent.usage.tokens),
  cost: (agent: AgentView) => agent.usage.costNanos,
  activity: (agent: AgentView) => agent.lastActivity,
} as const;
type AgentSort = keyof typeof AGENT_SORTS;

/** The larger of what the source counts and what we saw. */
export function countMessages(agent: AgentView): number {
  return Math.max(agent.messageCount, agent.sent + agent.received);
}

/** For the grid; the table sorts by the same values itself. */
export function sortAgents(agents: readonly AgentView[], sort: Sort): AgentView[] {
  const valueOf = isAgentSort(sort.id) ? AGENT_SORTS[sort.id] : AGENT_SORTS.name;
  const sign = sort.isDescending ? -1 : 1;
  return agents.toSorted((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compare(left, right) || a.name.localeCompare(b.name);
  });
}

function isAgentSort(id: string): id is AgentSort {
  return Object.hasOwn(AGENT_SORTS, id);
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : String(a).localeCompare(String(b));
}
