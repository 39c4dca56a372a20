import { countStates, listedAgents } from '#components/agents/agent-states.ts';
import { hottestThreads } from '#components/gauge/hot-threads.ts';
import { percentUsed } from '#organism/gas.ts';
import type { OrganismState } from '#organism/state.ts';

export interface AgentVitals {
  readonly total: number;
  readonly working: number;
  readonly waiting: number;
  readonly failing: number;
  /** Whose state no source told. */
  readonly untold: number;
}

export function agentVitals(organism: OrganismState): AgentVitals {
  const agents = listedAgents(organism);
  const counts = new Map(countStates(agents).map(({ state, count }) => [state, count]));
  return {
    total: agents.length,
    working: counts.get('processing') ?? 0,
    waiting: counts.get('waiting') ?? 0,
    failing: counts.get('error') ?? 0,
    untold: counts.get('unknown') ?? 0,
  };
}

export interface ThreadVitals {
  readonly active: number;
  /** Running threads with a limit. */
  readonly budgets: number;
  /** Running threads from 100 %, and from 90 % up to there. */
  readonly exhausted: number;
  readonly nearlyDry: number;
}

export function threadVitals(organism: OrganismState): ThreadVitals {
  const percents = hottestThreads(organism).map(({ budget }) =>
    percentUsed(budget.totalTokens, budget.maxTokens),
  );
  return {
    active: [...organism.threads.values()].filter(
      ({ status, run }) => status === 'active' && run === organism.run,
    ).length,
    budgets: percents.length,
    exhausted: percents.filter((percent) => percent >= 100).length,
    nearlyDry: percents.filter((percent) => percent >= 90 && percent < 100).length,
  };
}
