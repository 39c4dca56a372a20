import path from 'node:path';

import { WebSocket } from 'ws';

import { sizeOf, storeFiles } from '#db/sqlite/store-files.ts';
import { LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';

import { isAtLeast, isAtMost, isExactly } from './kit/bars.ts';
import { createLedger } from './kit/ledger.ts';
import { auditStore } from './kit/store-audit.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import type { Victim } from './kit/victim.ts';
import { createVictim } from './kit/victim.ts';
import { delay, until, within } from './kit/waits.ts';
import { startWriters } from './kit/writers.ts';

const STOPS = 15;
const CONTROL_STOPS = 2;
const WRITERS = 8;
const BATCH_EVENTS = 50;
const CLIENTS = 10;
const ACKED_PER_LIFE = { min: 500, max: 3000 };
/** So that a signal meets every moment of a commit. */
const MAX_EXTRA_MS = 50;
const LIFE_LIMIT_MS = 30_000;
const DRAIN_LIMIT_MS = 10_000;
/** Going away, and service restart. */
const POLITE_CODES = new Set([1001, 1012]);

export const test: TortureTest = {
  id: 'B09',
  title: 'drain',
  isFast: false,
  needs: [],
  async run(context) {
    const found = await play(context, STOPS, 'SIGTERM');
    const control = await play(context, CONTROL_STOPS, 'SIGKILL');
    const { store, stops } = found;
    const { lost, doubled, moneyDeltaNanos } = store;
    const isClean = (stop: Stop): boolean => stop.code === 0 && stop.logBytes === 0;
    return {
      load: `${STOPS} SIGTERMs under ${WRITERS} writers with ${CLIENTS} live sockets open`,
      counts: { ...found.answered, lost, doubled, moneyDeltaNanos },
      bars: [
        isAtLeast('acknowledged events', found.acked, STOPS * ACKED_PER_LIFE.min),
        isExactly('ended with 0', stops.filter(({ code }) => code === 0).length, STOPS),
        isAtMost('slowest end, ms', Math.max(...stops.map(({ ms }) => ms)), DRAIN_LIMIT_MS),
        isExactly('log not in the database', stops.filter((stop) => !isClean(stop)).length, 0),
        isExactly('sockets closed with 1001 or 1012', polite(stops), STOPS * CLIENTS),
        isExactly('acknowledged and lost', lost, 0),
        isExactly('doubled', doubled, 0),
        isExactly('stored but never sent', store.phantom, 0),
      ],
      control: {
        name: 'SIGKILL instead: nobody says goodbye',
        bar: isExactly(
          'sockets closed with 1001 or 1012',
          polite(control.stops),
          CONTROL_STOPS * CLIENTS,
        ),
      },
    };
  },
};

interface Stop {
  readonly code: number | null;
  readonly ms: number;
  readonly logBytes: number;
  readonly closeCodes: readonly number[];
}

function polite(stops: readonly Stop[]): number {
  return stops.flatMap(({ closeCodes }) => closeCodes).filter((code) => POLITE_CODES.has(code))
    .length;
}

async function play(
  { defer, dir, random }: TortureContext,
  times: number,
  signal: 'SIGTERM' | 'SIGKILL',
) {
  const victim = createVictim({ dataDir: path.join(dir, signal), defer });
  const ledger = createLedger(dir, { name: signal, writers: WRITERS, defer });
  await victim.start();
  const writers = startWriters({
    writers: WRITERS,
    batchEvents: BATCH_EVENTS,
    ledger,
    url: () => victim.url(),
  });
  const stops: Stop[] = [];
  while (stops.length < times) {
    const enough = ledger.ackedEvents() + random.int(ACKED_PER_LIFE.min, ACKED_PER_LIFE.max);
    await until(LIFE_LIMIT_MS, `${enough} acknowledged`, () => ledger.ackedEvents() >= enough);
    const closing = await openClients(await victim.url());
    await delay(random.int(0, MAX_EXTRA_MS));
    stops.push(await stop(victim, signal, closing));
    await victim.start();
  }
  await writers.stop();
  await victim.end('SIGTERM');
  return {
    stops,
    acked: ledger.ackedEvents(),
    answered: ledger.answered(),
    store: auditStore(victim.dataDir, ledger.mark()),
  };
}

async function stop(
  victim: Victim,
  signal: 'SIGTERM' | 'SIGKILL',
  closing: Promise<number>[],
): Promise<Stop> {
  const startedAt = performance.now();
  const code = await victim.end(signal);
  const ms = performance.now() - startedAt;
  const logBytes = sizeOf(storeFiles(victim.dataDir).wal);
  const closeCodes = await within(LIFE_LIMIT_MS, 'sockets closed', Promise.all(closing));
  return { code, ms, logBytes, closeCodes };
}

/** Live clients that hear batches. @returns the code each will be closed with */
async function openClients(url: string): Promise<Promise<number>[]> {
  return Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, LIVE_SUBPROTOCOL);
      const closed = new Promise<number>((resolve) => socket.once('close', resolve));
      const live = new Promise((resolve) => socket.once('message', resolve));
      socket.on('error', () => undefined);
      socket.once('open', () => socket.send(JSON.stringify({ cmd: 'resume' })));
      await within(LIFE_LIMIT_MS, 'a live socket', live);
      return { closed };
    }),
  ).then((clients) => clients.map(({ closed }) => closed));
}
