import { afterAll, beforeAll, describe } from 'vitest';

import {
  itControls,
  itControlsTheOrganism,
  itGuardsControl,
  itInjects,
} from './contract-control.ts';
import {
  itRefusesBadRequests,
  itServesAgents,
  itServesMessages,
  itServesTheOrganism,
  itServesThreads,
} from './contract-organism.ts';
import {
  itFilters,
  itGreetsAndPushes,
  itStreamsMessages,
  itTakesCommands,
} from './contract-sockets.ts';
import {
  createContractClient,
  type ContractClient,
  type ContractTarget,
} from './contract-target.ts';
import {
  itServesBilling,
  itServesBudgets,
  itServesHistory,
  itServesUsage,
} from './contract-usage.ts';

/** Read through functions: the target exists only once the suite's set-up has run. */
export interface SuiteContext {
  readonly target: () => ContractTarget;
  readonly client: () => ContractClient;
}

export interface ContractSuiteOptions {
  readonly name: string;
  /** Starts a server of its own; called twice, because control changes what it touches. */
  readonly start: () => Promise<ContractTarget>;
}

const READING = {
  organism: itServesTheOrganism,
  agents: itServesAgents,
  threads: itServesThreads,
  messages: itServesMessages,
  'bad requests': itRefusesBadRequests,
  usage: itServesUsage,
  budgets: itServesBudgets,
  'usage history': itServesHistory,
  billing: itServesBilling,
} as const;

const ACTING = {
  '/ws': itGreetsAndPushes,
  '/ws filters': itFilters,
  '/ws commands': itTakesCommands,
  '/ws/messages': itStreamsMessages,
  authorisation: itGuardsControl,
  inject: itInjects,
  'agent and thread control': itControls,
  'organism control': itControlsTheOrganism,
} as const;

/**
 * The AgentServer contract, endpoint by endpoint, for any server that claims to keep it. The
 * target must be still between calls of `advance`, hold over 100 messages and usage rows of more
 * than one day, and be the lab's organism or stand before it.
 */
export function describeAgentServerContract({ name, start }: ContractSuiteOptions): void {
  describe(`AgentServer contract: ${name}`, () => {
    describeGroups('reading', start, READING);
    describeGroups('acting', start, ACTING);
  });
}

function describeGroups(
  title: string,
  start: ContractSuiteOptions['start'],
  groups: Readonly<Record<string, (context: SuiteContext) => void>>,
): void {
  describe(`when ${title}`, () => {
    let running: ContractTarget | null = null;
    const target = (): ContractTarget => {
      if (running === null) throw new Error('the target has not started');
      return running;
    };
    beforeAll(async () => {
      running = await start();
    });
    afterAll(async () => {
      await running?.stop();
    });
    for (const [group, defineTests] of Object.entries(groups)) {
      describe(`on ${group}`, () => {
        defineTests({ target, client: () => createContractClient(target()) });
      });
    }
  });
}
