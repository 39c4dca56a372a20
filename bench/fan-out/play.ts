import path from 'node:path';

import type { Child } from '../child.ts';
import { startChild } from '../child.ts';
import { withCleanup } from '../cleanup.ts';
import type { Delivery, Published } from '../swarm/swarm-messages.ts';
import { startSwarm } from '../swarm/swarm.ts';
import type { HubCommand, HubReply } from './hub-messages.ts';

const CHILD = path.join(import.meta.dirname, 'hub-child.ts');
const WARM_UP_SECONDS = 1;
/** What has not come by then counts as lost. */
const DRAIN_TIMEOUT_MS = 15_000;

export interface Load {
  readonly clients: number;
  readonly rate: number;
  readonly seconds: number;
  /** Resume commands, dealt out in turn. Without: everything. */
  readonly resumes?: readonly object[];
  /** The control: a `ws.send` for each event and client. */
  readonly isEach?: boolean;
}

export interface Played {
  readonly delivery: Delivery;
  /** Deliveries that did not come, and batches that did not follow the last one. */
  readonly lost: number;
  /** Cores of the server with the clients minus without, over the same load in the same process. */
  readonly cores: number;
  /** Server's processor time of the fan-out for one event at one client. */
  readonly microsPerDelivery: number;
}

/** One load on a fresh hub and a fresh swarm. */
export function play(load: Load): Promise<Played> {
  const { clients, rate, seconds, resumes = [{}], isEach = false } = load;
  return withCleanup(async (defer) => {
    const hub = await startChild<HubCommand, HubReply>(CHILD, isEach ? ['--each'] : []);
    defer(hub.stop);
    const swarm = await startSwarm();
    defer(swarm.stop);
    const reach = ({ firstSeq, times }: Published): Promise<boolean> =>
      swarm.reach(firstSeq + times.length - 1, DRAIN_TIMEOUT_MS);

    const alone = await publishAlone(hub, load);
    await swarm.open(alone.url, clients, resumes);
    await reach((await hub.ask({ rate, seconds: WARM_UP_SECONDS })).published);
    await swarm.forget();
    const watched = await hub.ask({ rate, seconds });
    await reach(watched.published);
    const delivery = await swarm.report(watched.published);
    const due = watched.published.times.length * clients;
    const cpuMs = watched.cpuMs - (alone.cpuMs / alone.elapsedMs) * watched.elapsedMs;
    return {
      delivery,
      lost: due - delivery.events + delivery.broken + delivery.resets,
      cores: cpuMs / watched.elapsedMs,
      microsPerDelivery: (cpuMs * 1000) / due,
    };
  });
}

/** Twice, for the first time also pays for compiling. */
async function publishAlone(
  hub: Child<HubCommand, HubReply>,
  { rate, seconds }: Load,
): Promise<HubReply> {
  await hub.ask({ rate, seconds: WARM_UP_SECONDS });
  return hub.ask({ rate, seconds });
}
