import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Program } from '../program.ts';
import { startApi } from '../program.ts';
import { postJson, readMetric } from '../rest.ts';
import { steadyNow } from '../swarm/steady-now.ts';
import type { Delivery } from '../swarm/swarm-messages.ts';
import { startSwarm } from '../swarm/swarm.ts';

/** Descriptors the server needs besides its sockets. */
const OTHER_FILES = 100;
const ORGANISM = 'crowd';
/** Longer than two heartbeats: every socket has been visited. */
const IDLE_MS = 5000;
const BROADCAST_EVERY_MS = 1000;
const ARRIVE_TIMEOUT_MS = 5000;
const LEAVE_TIMEOUT_MS = 10_000;
const COLLECTION_MS = 2000;
const COLLECTOR = path.join(import.meta.dirname, '../collect-garbage.ts');

export interface Crowd {
  /** From the first dial to the last snapshot. */
  readonly openMs: number;
  /** Resident memory of the server, before the first socket and with all of them. */
  readonly emptyMiB: number;
  readonly fullMiB: number;
  /**
   * What was not there before them when the last had gone, garbage collected both times: JavaScript
   * heap, and resident memory, of which the engine and the allocator keep pages for the next crowd.
   */
  readonly heapKeptMiB: number;
  readonly memoryKeptMiB: number;
  /** Processor share of the server while nothing happens but heartbeats. */
  readonly idleCores: number;
  readonly delivery: Delivery;
  /** Deliveries that did not come, and batches that did not follow the last one. */
  readonly lost: number;
  /** Sockets the server still counted when all clients had gone. */
  readonly stillOpen: number;
}

/** Many idle sockets on the real server, then one event a second to all of them, then none. */
export function gatherCrowd(sockets: number, broadcasts: number): Promise<Crowd> {
  return withCleanup(async (defer) => {
    const limit = `${sockets + OTHER_FILES}`;
    const limits = ['--max-sockets', limit, '--max-sockets-per-address', limit];
    const server = await startApi(['--data', makeTempDir(defer), ...limits], [COLLECTOR]);
    defer(server.stop);
    const swarm = await startSwarm();
    defer(swarm.stop);
    await publish(server.url, 0);
    const emptyMiB = server.memoryMiB();
    const before = await memoryCollected(server);
    const { openMs } = await swarm.open(server.url, sockets, [{ organism: ORGANISM }]);
    const cpuBefore = server.cpuMs();
    await wait(IDLE_MS);
    const idleCores = (server.cpuMs() - cpuBefore) / IDLE_MS;

    await swarm.forget();
    const times: number[] = [];
    let last = 0;
    for (let n = 1; n <= broadcasts; n += 1) {
      times.push(steadyNow());
      last = await publish(server.url, n);
      await wait(BROADCAST_EVERY_MS);
    }
    await swarm.reach(last, ARRIVE_TIMEOUT_MS);
    const delivery = await swarm.report({ firstSeq: last - broadcasts + 1, times });
    const fullMiB = server.memoryMiB();
    await swarm.closeAll();
    const stillOpen = await awaitEmpty(server.url);
    const after = await memoryCollected(server);
    return {
      openMs,
      emptyMiB,
      fullMiB,
      heapKeptMiB: after.heapMiB - before.heapMiB,
      memoryKeptMiB: after.residentMiB - before.residentMiB,
      idleCores,
      delivery,
      lost: sockets * broadcasts - delivery.events + delivery.broken + delivery.resets,
      stillOpen,
    };
  });
}

/** @returns the event's position */
async function publish(url: string, n: number): Promise<number> {
  const event = {
    type: 'message',
    key: `broadcast-${n}`,
    occurredAt: Date.now(),
    id: `broadcast-${n}`,
    threadId: 'square',
    from: 'crier',
    to: 'crowd',
    payloadType: 'News',
    payload: { n },
  };
  const answer = await postJson(`${url}/api/v1/events?source=crier&organism=${ORGANISM}`, [event]);
  return Number(answer['lastSeq']);
}

async function memoryCollected(server: Program) {
  process.kill(server.pid, 'SIGUSR2');
  await wait(COLLECTION_MS);
  const heapMiB = (await readMetric(server.url, 'nodejs_heap_size_used_bytes')) / 2 ** 20;
  return { heapMiB, residentMiB: server.memoryMiB() };
}

/** @returns what the server still counts when it had time enough */
async function awaitEmpty(url: string): Promise<number> {
  const deadline = performance.now() + LEAVE_TIMEOUT_MS;
  for (;;) {
    const open = await readMetric(url, 'organoscope_live_clients');
    if (open === 0 || performance.now() > deadline) return open;
    await wait(100);
  }
}
