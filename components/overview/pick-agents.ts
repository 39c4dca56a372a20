import { urgency } from '#components/agents/agent-states.ts';
import type { AgentView } from '#organism/state.ts';

export const MAX_SHOWN_AGENTS = 24;

/** All of a small cast, agents before tools, each in its place; of a large one those whose state asks for it most. */
export function pickAgents(agents: readonly AgentView[]): readonly AgentView[] {
  const agentsFirst = agents.toSorted((a, b) => Number(b.isAgent) - Number(a.isAgent));
  if (agents.length <= MAX_SHOWN_AGENTS) return agentsFirst;
  return agentsFirst
    .toSorted((a, b) => urgency(a.state) - urgency(b.state))
    .slice(0, MAX_SHOWN_AGENTS);
}
