import type { LabBudgets } from './budgets.ts';
import type { LabFaults } from './faults.ts';
import { writePayload } from './payloads.ts';
import type { Random } from './random.ts';
import type { Script } from './script.ts';
import type { UsageLedger } from './usage-ledger.ts';
import type { World } from './world.ts';

interface Injection {
  readonly to: string;
  readonly payload: Record<string, unknown>;
  readonly threadId: string | null;
}

/** What an operator may do, over REST or a socket. */
export interface Control {
  /** @returns null when nobody of that name is here */
  inject(injection: Injection): { threadId: string; messageId: string } | null;
  /** @returns false when the thread is unknown; a finished one is killed all the same */
  kill(threadId: string): boolean;
  /** @returns false when the agent is unknown */
  setPaused(agent: string, isPaused: boolean): boolean;
  /** @returns what changed, or the error text planned with `failNextReload` */
  reload(): { added: string[]; removed: string[]; updated: string[] } | { error: string };
  failNextReload(error: string): void;
  stop(): void;
  resetUsage(): void;
}

export interface ControlDeps {
  readonly world: World;
  readonly script: Script;
  readonly budgets: LabBudgets;
  readonly usage: UsageLedger;
  readonly ids: Random;
  readonly faults: LabFaults;
}

export function createControl(deps: ControlDeps): Control {
  const { world, script, budgets, usage, ids, faults } = deps;
  let plannedReloadError: string | null = null;

  return {
    inject({ to, payload, threadId }) {
      if (!world.agents.has(to)) return null;
      const message = world.recordMessage({
        threadId: threadId === null || threadId === '' ? ids.uuid() : threadId,
        from: 'api',
        to,
        payloadType: Object.keys(payload)[0] ?? 'Payload',
        payload: writePayload(payload),
      });
      if (!faults.has('control-only-records')) script.adopt(message);
      return { threadId: message.threadId, messageId: message.id };
    },
    kill(threadId) {
      if (!world.threads.has(threadId)) return false;
      world.setThreadStatus(threadId, 'killed', null);
      budgets.retain(threadId);
      return true;
    },
    setPaused(agent, isPaused) {
      if (!world.agents.has(agent)) return false;
      world.setAgentState(agent, isPaused ? 'paused' : 'idle', null);
      return true;
    },
    reload() {
      const error = plannedReloadError;
      plannedReloadError = null;
      return error === null ? world.reload() : { error };
    },
    failNextReload(error) {
      plannedReloadError = error;
    },
    stop: () => world.markStopping(),
    resetUsage: () => usage.reset(),
  };
}
