import type { AgentView, OrganismState } from '#organism/state.ts';

/** The order in which states ask to be looked at; newer words come last but one. */
const URGENCY = ['error', 'waiting', 'processing', 'paused', 'idle', 'unknown'];

/** Agents and tools the runtime lists now, by name. */
export function listedAgents({ agents }: OrganismState): AgentView[] {
  return [...agents.values()]
    .filter((agent) => agent.isListed && !agent.isRemoved)
    .sort((a, b) => a.name.localeCompare(b.name));
}

export function countStates(
  agents: readonly AgentView[],
): { readonly state: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { state } of agents) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts]
    .map(([state, count]) => ({ state, count }))
    .sort((a, b) => urgency(a.state) - urgency(b.state) || a.state.localeCompare(b.state));
}

/** Smaller asks sooner. */
export function urgency(state: string): number {
  const place = URGENCY.indexOf(state);
  return place === -1 ? URGENCY.length - 1.5 : place;
}
