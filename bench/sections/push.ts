import path from 'node:path';

import { storeFiles } from '#db/sqlite/store-files.ts';

import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import { startApi, startOneCommit } from '../program.ts';
import type { PushLoad, PushMode } from '../push-load.ts';
import { insertRaw, readStoreRows } from '../raw-inserts.ts';
import type { LoadPlan } from '../run-push-load.ts';
import { runPushLoad } from '../run-push-load.ts';
import type { BenchContext, BenchSection } from '../section.ts';

const BATCH = { batch: 500, connections: 8 };
const SINGLE = { batch: 1, connections: 50 };
/** Sent first and not measured, to ours and to the control alike. */
const WARM_UP_EVENTS = { full: 30_000, quick: 1000 };
const RAW_BATCH_EVENTS = 1000;

/** Events that programs send: over HTTP and a socket, whole path, the load on the same cores. */
export const section: BenchSection = {
  title: 'Pushed events: durable ingest over HTTP and WebSocket',
  minutes: 3,
  measure,
};

interface Round {
  readonly lines: PushLoad;
  readonly socket: PushLoad;
  readonly single: PushLoad;
  readonly oneCommit: PushLoad;
  readonly rawRate: number;
}

async function measure({ rounds, pick }: BenchContext): Promise<Measured> {
  const amounts = pick({
    full: { batched: 100_000, single: 60_000, warmUp: WARM_UP_EVENTS.full },
    quick: { batched: 5000, single: 2000, warmUp: WARM_UP_EVENTS.quick },
  });
  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await playRound(amounts));
  const { batched, single, warmUp } = amounts;
  return {
    figures: toFigures(results),
    notes: [
      `${batched.toLocaleString('en-US')} model calls in batches of ${BATCH.batch} over ${BATCH.connections} connections, ${single.toLocaleString('en-US')} alone over ${SINGLE.connections}; the load generator runs on the same cores.`,
      `Before that each server, the simple one too, takes ${warmUp.toLocaleString('en-US')} events of the same kind that are not measured.`,
      'Raw inserts the final rows of the HTTP run once, 1,000 events a commit, FULL, with the same indexes.',
      'One commit a POST: an insert with four indexes, NORMAL, no validation, price, dedupe or rollup.',
    ],
  };
}

function toFigures(results: readonly Round[]): Figure[] {
  const rates = (of: (round: Round) => PushLoad): number[] => results.map((r) => rateOf(of(r)));
  const raw = { name: 'raw, FULL', value: median(results.map(({ rawRate }) => rawRate)) };
  const oneCommit = {
    name: 'one commit a POST, NORMAL',
    value: median(rates((round) => round.oneCommit)),
  };
  const unit = 'events/s';
  const batched = (['lines', 'socket'] as const).map((way) => {
    const name = way === 'lines' ? 'HTTP, batches' : 'WebSocket, batches';
    return { name, unit, rounds: rates((round) => round[way]) };
  });
  return [
    ...batched.map((figure) => ({
      ...figure,
      control: raw,
      bars: [{ atLeast: 40_000 }, { of: 'ratio', atLeast: 0.25 }] as const,
    })),
    ...batched.map((figure) => ({
      ...figure,
      name: `${figure.name}, beside a simple server`,
      control: oneCommit,
      bars: [{ of: 'ratio', atLeast: 6 }] as const,
    })),
    {
      name: 'HTTP, single POSTs',
      unit,
      rounds: rates(({ single }) => single),
      control: oneCommit,
      bars: [{ atLeast: 20_000 }],
    },
    {
      name: 'HTTP, single POSTs: ack p99',
      unit: 'ms',
      rounds: results.map(({ single }) => single.p99Ms),
      control: {
        name: oneCommit.name,
        value: median(results.map((round) => round.oneCommit.p99Ms)),
      },
      bars: [{ atMost: 15 }],
    },
    { name: 'raw, FULL', unit, rounds: results.map(({ rawRate }) => rawRate) },
  ];
}

interface Amounts {
  readonly batched: number;
  readonly single: number;
  readonly warmUp: number;
}

function playRound({ batched, single, warmUp }: Amounts): Promise<Round> {
  return withCleanup(async (defer) => {
    const dir = makeTempDir(defer);
    const run = async (name: string, mode: PushMode, plan: LoadPlan): Promise<PushLoad> => {
      const isControl = name === 'one-commit';
      const program = isControl
        ? await startOneCommit(path.join(dir, 'one-commit.db'))
        : await startApi(['--data', path.join(dir, name)]);
      try {
        return await runPushLoad(program.url, mode, plan);
      } finally {
        await program.stop();
      }
    };
    const lines = await run('lines', 'lines', { ...BATCH, events: batched, warmUp });
    const rows = readStoreRows(storeFiles(path.join(dir, 'lines')).database);
    const rawOptions = { synchronous: 'FULL', groupsPerCommit: RAW_BATCH_EVENTS } as const;
    const raw = await insertRaw(path.join(dir, 'raw.db'), rows, rawOptions);
    return {
      lines,
      rawRate: ((warmUp + batched) / raw.elapsedMs) * 1000,
      socket: await run('socket', 'socket', { ...BATCH, events: batched, warmUp }),
      single: await run('single', 'lines', { ...SINGLE, events: single, warmUp }),
      oneCommit: await run('one-commit', 'lines', { ...SINGLE, events: single, warmUp }),
    };
  });
}

function rateOf({ events, elapsedMs }: PushLoad): number {
  return (events / elapsedMs) * 1000;
}
