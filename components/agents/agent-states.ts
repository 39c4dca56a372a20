import type { AgentView, OrganismState } from '#organism/state.ts';

export const MAX_SHOWN_AGENTS = 24;

/** The order in which states ask to be looked at; newer words come last but one. */
const URGENCY = ['error', 'waiting', 'processing', 'paused', 'idle', 'unknown'];

/** Agents and tools the runtime lists now, by name. */
export function listedAgents({ agents }: OrganismState): AgentView[] {
  return [...agents.values()]
    .filter((agent) => agent.isListed && !agent.isRemoved)
    .sort((a, b) => a.name.localeCompare(b.name));
}

export function countStates(agents: readonly AgentView[]): { state: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { state } of agents) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts]
    .map(([state, count]) => ({ state, count }))
    .sort((a, b) => urgency(a.state) - urgency(b.state) || a.state.localeCompare(b.state));
}

/** All of a small cast, each in its place; of a large one those whose state asks for it most. */
export function agentsToShow(agents: readonly AgentView[]): readonly AgentView[] {
  if (agents.length <= MAX_SHOWN_AGENTS) return agents;
  return agents.toSorted((a, b) => urgency(a.state) - urgency(b.state)).slice(0, MAX_SHOWN_AGENTS);
}

function urgency(state: string): number {
  const place = URGENCY.indexOf(state);
  return place === -1 ? URGENCY.length - 1.5 : place;
}
