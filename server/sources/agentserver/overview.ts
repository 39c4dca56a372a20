import type { EventDraft } from '#organism/event.ts';

import type { Outbox } from '../upstream/outbox.ts';
import type { RejectMemory } from '../upstream/reject-memory.ts';
import type { RestClient } from '../upstream/rest-client.ts';
import { RestError } from '../upstream/rest-client.ts';
import type { KnownAgents } from './known-agents.ts';
import type { createKnownOrganism } from './known-organism.ts';
import { sortRows } from './pages.ts';
import type { RunClock } from './run-clock.ts';
import { asRecord, listOf, readAgent, readCapability, readOrganism } from './wire.ts';

export const RUN_CURSOR = 'run';
/** The list is not paged; a hostile one could hold the event loop. */
const MAX_AGENTS = 10_000;

interface OverviewReading {
  readonly totalMessages: number | null;
  /** An agent's state changed and the socket, which should have, did not tell. */
  readonly hasUntoldState: boolean;
}

export interface OverviewReader {
  /** Reads the organism and its agents; notices a restart first. @throws RestError */
  read(): Promise<OverviewReading>;
  /** Configuration and root tags are read again with the next reading. */
  refreshFacts(): void;
}

export interface OverviewDeps {
  readonly rest: RestClient;
  readonly outbox: Outbox;
  readonly agents: KnownAgents;
  readonly organism: ReturnType<typeof createKnownOrganism>;
  readonly clock: RunClock;
  readonly isNew: RejectMemory;
  readonly now: () => number;
  readonly elapsed: () => number;
  /** Before anything of the new life is told. @returns drafts that close the old one */
  readonly onNewRun: (startedAt: number) => EventDraft[];
}

export function createOverviewReader(deps: OverviewDeps): OverviewReader {
  const { rest, outbox, agents, organism, clock, now, elapsed } = deps;
  let areFactsFresh = false;
  let config: Readonly<Record<string, unknown>> | null = null;

  async function readFacts(): Promise<void> {
    config = asRecord(await orNull(rest.get('/organism/config')));
    const capabilities = listOf(await orNull(rest.get('/capabilities')), 'capabilities') ?? [];
    agents.setRootTags(sortRows(capabilities, readCapability, MAX_AGENTS).rows);
    areFactsFresh = true;
  }

  async function readOrganismState(): Promise<number | null> {
    const read = readOrganism(await rest.get('/organism'));
    const readAt = now();
    if ('problem' in read) throw notAnAgentServer(read.problem);
    const { uptimeSeconds } = read.value;
    const { startedAt, isNewRun } = clock.observe(uptimeSeconds, {
      at: readAt,
      elapsed: elapsed(),
    });
    const drafts: EventDraft[] = [];
    if (isNewRun) {
      drafts.push(...deps.onNewRun(startedAt));
      areFactsFresh = false;
    }
    if (!areFactsFresh) await readFacts();
    const change = organism.observe({ organism: read.value, startedAt, readAt, config });
    if (change !== null) drafts.push(change);
    const cursors = isNewRun ? { [RUN_CURSOR]: String(startedAt) } : undefined;
    await outbox.add({ drafts, cursors });
    return read.value.totalMessages ?? null;
  }

  return {
    async read() {
      const totalMessages = await readOrganismState();
      const since = agents.mark();
      const list = listOf(await rest.get('/agents'), 'agents');
      if (list === null) throw notAnAgentServer('GET /agents: expected a list `agents`');
      const { rows, rejects } = sortRows(list, readAgent, MAX_AGENTS);
      const isComplete = rejects.length === 0 && list.length <= MAX_AGENTS;
      const { drafts, hasUntoldState } = agents.observeList(rows, {
        readAt: now(),
        since,
        isComplete,
      });
      await outbox.add({ drafts, rejects: rejects.filter(deps.isNew) });
      return { totalMessages, hasUntoldState };
    },
    refreshFacts() {
      areFactsFresh = false;
    },
  };
}

/** Facts an older server may not offer. */
async function orNull(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RestError && error.code !== 'unreachable') return null;
    throw error;
  }
}

function notAnAgentServer(problem: string): RestError {
  return new RestError('status', `this does not answer as an AgentServer: ${problem}`, {
    status: 200,
  });
}
