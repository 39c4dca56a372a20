import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { startChild } from '../child.ts';
import type { Delivery, Published, SwarmCommand, SwarmReply } from './swarm-messages.ts';

const CHILD = path.join(import.meta.dirname, 'swarm-child.ts');
const LOOK_AGAIN_MS = 20;

/** Many clients of `organoscope.v1` in one process of their own. They are numbered as they open. */
export interface Swarm {
  /** Resumes are dealt out in turn. @throws Error when one could not connect */
  open(url: string, count: number, resumes?: readonly object[]): Promise<{ openMs: number }>;
  /** Resolves to whether every open client, or each of `only`, got there in time. */
  reach(position: number, timeoutMs: number, only?: readonly number[]): Promise<boolean>;
  pause(members: readonly number[]): Promise<void>;
  resume(members: readonly number[]): Promise<void>;
  forget(): Promise<void>;
  report(published: Published, only?: readonly number[]): Promise<Delivery>;
  closeAll(): Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startSwarm(): Promise<Swarm> {
  const child = await startChild<SwarmCommand, SwarmReply>(CHILD);
  const tell = async (command: SwarmCommand): Promise<void> => void (await child.ask(command));
  return {
    async open(url, count, resumes = [{}]) {
      const { openMs = Number.NaN, failed } = await child.ask({ do: 'open', url, count, resumes });
      if (failed !== 0) throw new Error(`${failed} of ${count} clients could not connect`);
      return { openMs };
    },
    async reach(position, timeoutMs, only) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const { lowest = 0 } = await child.ask({ do: 'standing', only: only ?? null });
        if (lowest >= position) return true;
        if (performance.now() > deadline) return false;
        await wait(LOOK_AGAIN_MS);
      }
    },
    pause: (members) => tell({ do: 'pause', members }),
    resume: (members) => tell({ do: 'resume', members }),
    forget: () => tell({ do: 'forget' }),
    async report(published, only) {
      const { delivery } = await child.ask({ do: 'report', published, only: only ?? null });
      if (delivery === undefined) throw new Error('the swarm has no report');
      return delivery;
    },
    closeAll: () => tell({ do: 'close' }),
    stop: () => child.stop(),
  };
}
