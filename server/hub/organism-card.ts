import type { OrganismState, SourceView } from '#organism/state.ts';

import { countActiveThreads, listAgents } from '../api/contract-views.ts';

/** What is known of an organism without its picture: lists show it, and it stays when the picture goes. */
export interface OrganismCard {
  readonly organismId: string;
  readonly name: string;
  readonly status: string;
  readonly run: number;
  readonly sources: ReadonlyMap<string, SourceView>;
  readonly agentCount: number;
  readonly activeThreads: number;
  /** Its source answers, and has told nothing of an organism of this name. */
  readonly isBareName: boolean;
}

export function cardOf(state: OrganismState): OrganismCard {
  const { organismId, name, status, run, sources } = state;
  return {
    organismId,
    name,
    status,
    run,
    sources,
    agentCount: listAgents(state).length,
    activeThreads: countActiveThreads(state),
    isBareName: isBareName(state),
  };
}

/** Whether its source answers, and has told nothing of an organism of this name. */
export function isBareName({ startedAt, agents, threads, sources }: OrganismState): boolean {
  if (startedAt !== null || agents.size > 0 || threads.size > 0) return false;
  return [...sources.values()].some(({ state }) => state === 'polling' || state === 'live');
}
