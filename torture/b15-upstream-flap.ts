import path from 'node:path';

import { createBackoff } from '#server/sources/upstream/backoff.ts';

import { isAtLeast, isAtMost, isExactly } from './kit/bars.ts';
import { startDeadUpstream } from './kit/dead-upstream.ts';
import type { FaultProxy } from './kit/fault-proxy.ts';
import { createFaultProxy } from './kit/fault-proxy.ts';
import type { Flaw } from './kit/flaws.ts';
import { INJECTION_ENV, startInjecting } from './kit/injections.ts';
import type { Upstream } from './kit/lab-upstreams.ts';
import { startUpstreams } from './kit/lab-upstreams.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import { createVictim } from './kit/victim.ts';
import { delay } from './kit/waits.ts';

const RESTARTS = 200;
const CONTROL_RESTARTS = 30;
const UPSTREAMS = 3;
const RATE = 60;
/** Events that happen while nobody can be told. */
const UNHEARD_EVENTS = 15;
const OUTAGE_MS = { min: 20, max: 300 };
const QUIET_MS = { min: 50, max: 350 };
const CONTROL_SETTLE_MS = 5000;
const CAP_MS = 30_000;
/** What a wait may last beyond what was planned, on a machine with other work. */
const LATE_MS = 1500;

export const test: TortureTest = {
  id: 'B15',
  title: 'upstream-flap',
  isFast: false,
  needs: [],
  async run(context) {
    const found = await play(context, [], RESTARTS);
    const control = await play(context, ['no-backfill'], CONTROL_RESTARTS);
    const { labs, injections, dead } = found;
    return {
      load: `${RESTARTS} restarts of ${UPSTREAMS} upstreams in ${found.seconds} s; ${injections.sent} commands`,
      counts: null,
      bars: [
        isAtLeast('messages and calls of the upstreams', labs.said, 1000),
        isExactly('of them lost', labs.lost, 0),
        isExactly('of them doubled', labs.doubled, 0),
        isExactly('stored but never said', labs.phantom, 0),
        isExactly('of their tokens off', labs.tokensDelta, 0),
        isAtMost('tries at a dead upstream', dead.length + 1, 10),
        isExactly('of their waits not within their step', countOffStep(dead), 0),
        isAtMost('longest wait of a thousand tries, ms', longestWait(context), CAP_MS),
        isExactly('commands that arrived twice', injections.twice, 0),
        isExactly('commands told as what they were not', injections.wronglyTold, 0),
        isAtLeast('commands told as unknown', injections.unknown, 1),
        isExactly('of them not listed as unknown', injections.unlisted, 0),
      ],
      control: {
        name: 'what the socket did not bring is not read again',
        bar: isExactly('lost', control.labs.lost, 0),
      },
    };
  },
};

async function play(
  { defer, dir, random, seed, say }: TortureContext,
  flaws: readonly Flaw[],
  restarts: number,
) {
  const proxies: FaultProxy[] = [];
  // The last one is dialled directly, so that it can refuse a connection.
  const link = async (target: string, index: number): Promise<string> => {
    if (index === UPSTREAMS - 1) return target;
    const proxy = createFaultProxy({ target: () => target, random });
    defer(() => proxy.stop());
    proxies.push(proxy);
    return (await proxy.start()).url;
  };
  const upstreams = await startUpstreams(defer, { count: UPSTREAMS, rate: RATE, seed, link });
  const dead = await startDeadUpstream(defer);
  const dataDir = path.join(dir, flaws.join('-') || 'sound');
  const args = [...upstreams.args, '--source', `dead=agentserver+${dead.url}`];
  const victim = createVictim({
    dataDir,
    args: [...args, '--poll-usage-ms', '300'],
    env: INJECTION_ENV,
    flaws,
    defer,
  });
  const { url } = await victim.start();
  const injector = startInjecting(url, upstreams.list);
  const startedAt = performance.now();
  await Promise.all(
    upstreams.list.map(async (upstream, i) => {
      for (let restart = i; restart < restarts; restart += UPSTREAMS) {
        await flap(upstream, proxies[i], random);
        await delay(random.int(QUIET_MS.min, QUIET_MS.max));
      }
    }),
  );
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  say(`${restarts} restarts in ${seconds} s`);
  const waits = dead.waits();
  await injector.stop();
  // What was lost for good cannot be waited for.
  if (flaws.length > 0) await upstreams.settle(url, CONTROL_SETTLE_MS).catch(() => undefined);
  else await upstreams.settle(url);
  const injections = await injector.audit();
  await victim.end('SIGTERM');
  return { seconds, dead: waits, injections, labs: upstreams.audit(dataDir) };
}

/** Ends what is open in one of five ways, and is back after a while in which something happened. */
async function flap(
  { lab }: Upstream,
  proxy: FaultProxy | undefined,
  random: TortureContext['random'],
): Promise<void> {
  const outageMs = random.int(OUTAGE_MS.min, OUTAGE_MS.max);
  const how = proxy === undefined ? 'refuses' : random.pick(HOW);
  switch (how) {
    case 'fin':
    case 'reset':
      proxy?.dropAll(how);
      lab.step(UNHEARD_EVENTS);
      return;
    case 'silent':
      proxy?.setFault({ kind: 'half-open' });
      await delay(outageMs);
      lab.step(UNHEARD_EVENTS);
      proxy?.setFault({ kind: 'none' });
      // What was swallowed is missing in the middle of a frame: only a new connection can go on.
      proxy?.dropAll('reset');
      return;
    case 'refuses':
      // Sockets are closed with 1012 first.
      await lab.stop();
      lab.step(UNHEARD_EVENTS);
      await delay(outageMs);
      await lab.start();
  }
}

const HOW = ['fin', 'reset', 'silent', 'refuses'] as const;

/** A wait is a half to the whole of its step, and steps double. */
function countOffStep(waits: readonly number[]): number {
  return waits.filter((wait, i) => {
    const step = Math.min(CAP_MS, 500 * 2 ** i);
    return wait < step / 2 || wait > step + LATE_MS;
  }).length;
}

function longestWait({ random }: TortureContext): number {
  const backoff = createBackoff({ random: () => random.next() });
  return Math.max(...Array.from({ length: 1000 }, () => backoff.next()));
}
