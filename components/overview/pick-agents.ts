import { urgency } from '#components/agents/agent-states.ts';
import type { AgentView } from '#organism/state.ts';

export const MAX_SHOWN_AGENTS = 24;

/** All of a small cast, each in its place; of a large one those whose state asks for it most. */
export function pickAgents(agents: readonly AgentView[]): readonly AgentView[] {
  if (agents.length <= MAX_SHOWN_AGENTS) return agents;
  return agents.toSorted((a, b) => urgency(a.state) - urgency(b.state)).slice(0, MAX_SHOWN_AGENTS);
}
