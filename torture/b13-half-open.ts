import { readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

import { LIVE_HEARTBEAT_MS } from '#organism/live/protocol.ts';

import { isAtMost, isExactly } from './kit/bars.ts';
import type { Flaw } from './kit/flaws.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import { createVictim } from './kit/victim.ts';
import { delay, until } from './kit/waits.ts';
import type { Wire } from './kit/wire.ts';
import { createWire, WIRE_NEEDS } from './kit/wire.ts';

const BROWSERS = 20;
const UPSTREAMS = 2;
const RATE = 20;
const PING_MS = 2000;
const STALL_MS = 3000;
/** Two heartbeats and a second: the server's own, and the browsers'. */
const SERVER_LIMIT_MS = 2 * PING_MS + 1000;
const BROWSER_LIMIT_MS = 2 * LIVE_HEARTBEAT_MS + 1000;
const START_LIMIT_MS = 20_000;
const BACK_LIMIT_MS = 40_000;
/** How much longer than a limit is looked, to say by how much it was missed. */
const GRACE_MS = 3000;
const KEY = 'torture-half-open-key-0123456789abcdef';
const ROOT = path.join(import.meta.dirname, '..');

export const test: TortureTest = {
  id: 'B13',
  title: 'half-open',
  isFast: false,
  needs: WIRE_NEEDS,
  async run(context) {
    const found = await play(context, []);
    const control = await play(context, ['no-heartbeat']);
    return {
      load: `${BROWSERS} browsers and ${UPSTREAMS} upstreams beyond a wire that is cut`,
      counts: null,
      bars: [
        isExactly('browsers dropped by a stall of 3 s', found.droppedByStall, 0),
        isExactly('upstreams dropped by it', found.lostByStall, 0),
        isAtMost('server notices its browsers, ms', found.serverMs, SERVER_LIMIT_MS),
        isAtMost('server notices its upstreams, ms', found.sourcesMs, SERVER_LIMIT_MS),
        isAtMost('browsers notice the server, ms', found.browsersMs, BROWSER_LIMIT_MS),
        isExactly('browsers still counted then', found.stillCounted, 0),
        isAtMost('sockets of the server above those at the start', found.socketsLeft, 0),
        isExactly('browsers and upstreams back after mending', found.back, BROWSERS + UPSTREAMS),
      ],
      control: {
        name: 'nobody is asked whether they are there',
        bar: isExactly('browsers still counted', control.stillCounted, 0),
      },
    };
  },
};

async function play({ defer, dir, seed, say }: TortureContext, flaws: readonly Flaw[]) {
  const wire = createWire(defer);
  const sources = await Promise.all(
    Array.from({ length: UPSTREAMS }, (_, i) => startLabBeyond(wire, i + 1, seed)),
  );
  const victim = createVictim({
    dataDir: path.join(dir, flaws.join('-') || 'sound'),
    args: [
      ...sources.flatMap((url, i) => ['--source', `lab-${i + 1}=agentserver+${url}`]),
      '--host',
      wire.here,
      '--allow-host',
      wire.here,
      '--ping-ms',
      String(PING_MS),
    ],
    env: { ORGANOSCOPE_KEY: KEY },
    flaws,
    defer,
  });
  const { url, pid } = await victim.start();
  const areSourcesLive = async (): Promise<boolean> => (await countLive(url)) === UPSTREAMS;
  await until(START_LIMIT_MS, 'the upstreams live', areSourcesLive);
  const socketsAtStart = countSockets(pid);
  const browsers = startBrowsers(wire, url);
  const areBrowsersLive = (): boolean => browsers.live() === BROWSERS;
  await until(START_LIMIT_MS, 'the browsers live', areBrowsersLive);

  const changes = browsers.changes();
  process.kill(pid, 'SIGSTOP');
  await delay(STALL_MS);
  process.kill(pid, 'SIGCONT');
  await delay(SERVER_LIMIT_MS);
  const droppedByStall = browsers.changes() - changes;
  const lostByStall = UPSTREAMS - (await countLive(url));

  wire.cut();
  const cutAt = performance.now();
  const notice = async (limitMs: number, isSeen: () => Promise<boolean>): Promise<number> => {
    await until(limitMs + GRACE_MS, 'a silence noticed', isSeen).catch(() => undefined);
    return performance.now() - cutAt;
  };
  const [serverMs, sourcesMs, browsersMs] = await Promise.all([
    notice(SERVER_LIMIT_MS, async () => (await countClients(url)) === 0),
    notice(SERVER_LIMIT_MS, async () => (await countLive(url)) === 0),
    notice(BROWSER_LIMIT_MS, async () => browsers.live() === 0),
  ]);
  const stillCounted = await countClients(url);
  // What it dials meanwhile comes and goes: less than at the start, for both upstreams are away.
  const socketsLeft = countSockets(pid) - socketsAtStart;
  say(
    `noticed after ${Math.round(serverMs)}, ${Math.round(sourcesMs)}, ${Math.round(browsersMs)} ms`,
  );

  wire.mend();
  // A connection kept for the next question may have been cut with the wire: asked again, it is dialled.
  const isBack = async (): Promise<boolean> =>
    areBrowsersLive() && (await areSourcesLive().catch(() => false));
  if (flaws.length === 0) {
    await until(BACK_LIMIT_MS, 'all back', isBack).catch(() => undefined);
  }
  const back = browsers.live() + (await countLive(url));
  await victim.end('SIGTERM');
  return {
    droppedByStall,
    lostByStall,
    serverMs,
    sourcesMs,
    browsersMs,
    stillCounted,
    socketsLeft,
    back,
  };
}

function startLabBeyond(wire: Wire, n: number, seed: number): Promise<string> {
  return new Promise((resolve) => {
    const options = ['--host', wire.there, '--port', String(8080 + n), '--rate', String(RATE)];
    wire.run(
      [path.join(ROOT, 'lab/main.ts'), 'agentserver', ...options, '--seed', String(seed + n)],
      (line) => {
        const url = /listening (http:\S+)/.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      },
    );
  });
}

const changeSchema = z.object({ n: z.number(), status: z.string() });

function startBrowsers(wire: Wire, url: string) {
  const statuses = new Map<number, string>();
  let changes = 0;
  const args = [path.join(ROOT, 'torture/crowd/browsers.ts'), url, KEY, 'lab-1', String(BROWSERS)];
  wire.run(args, (line) => {
    const { n, status } = changeSchema.parse(JSON.parse(line));
    statuses.set(n, status);
    changes += 1;
  });
  return {
    live: () => [...statuses.values()].filter((status) => status === 'live').length,
    changes: () => changes,
  };
}

async function countClients(url: string): Promise<number> {
  const text = await read(`${url}/metrics`);
  return Number(/^organoscope_live_clients(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1]);
}

async function countLive(url: string): Promise<number> {
  const { sources } = JSON.parse(await read(`${url}/api/v1/sources`)) as {
    sources: { state: string }[];
  };
  return sources.filter(({ state }) => state === 'live').length;
}

async function read(url: string): Promise<string> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${KEY}` } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

function countSockets(pid: number): number {
  const dir = `/proc/${pid}/fd`;
  return readdirSync(dir).filter((name) => isSocket(path.join(dir, name))).length;
}

/** A descriptor may be closed while it is looked at. */
function isSocket(file: string): boolean {
  try {
    return readlinkSync(file).startsWith('socket:');
  } catch {
    return false;
  }
}
