import path from 'node:path';

import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import { startApi, startLab, startParseOnly } from '../program.ts';
import type { PushLoad, PushMode } from '../push-load.ts';
import { runPushLoad } from '../run-push-load.ts';
import type { BenchContext, BenchSection } from '../section.ts';

const CONNECTIONS = 4;
const BATCHES = [16, 64];
const FORMS = [
  ['/v1/ingest', 'modelstat'],
  ['/v1/ingest/raw', 'modelstat-raw'],
] as const satisfies readonly (readonly [string, PushMode])[];
/** Of another source, while the SDKs post. */
const BESIDE_RATE = 1000;
/** Requests of each case: enough for a hundredth of them to be more than a few. */
const REQUESTS = { full: 1000, quick: 100 };
/** Sent first and not measured, to the control as well. */
const WARM_UP_REQUESTS = { full: 200, quick: 50 };
/** What the SDK is promised: it gives a batch up after two tries. */
const P99_MS = 20;

/** How long a program with the modelstat SDK waits for its answer, which comes after the commit. */
export const section: BenchSection = {
  title: `modelstat: answers to ${CONNECTIONS} SDKs beside ${BESIDE_RATE.toLocaleString('en-US')} events/s`,
  minutes: 3,
  measure,
};

interface Case {
  readonly name: string;
  readonly mode: PushMode;
  readonly batch: number;
}
const CASES: readonly Case[] = BATCHES.flatMap((batch) =>
  FORMS.map(([name, mode]) => ({ name: `POST ${name}, ${batch} events`, mode, batch })),
);

interface Taken {
  readonly ours: PushLoad;
  readonly control: PushLoad;
}

async function measure({ rounds, pick }: BenchContext): Promise<Measured> {
  const requests = { measured: pick(REQUESTS), warmUp: pick(WARM_UP_REQUESTS) };
  const taken = new Map<Case, Taken[]>(CASES.map((each) => [each, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [each, load] of await playRound(requests)) taken.get(each)?.push(load);
  }
  return {
    figures: [...taken].flatMap(([each, loads]) => toFigures(each, loads)),
    notes: [
      `${requests.measured.toLocaleString('en-US')} batches of each kind, after ${requests.warmUp} that are not measured, over ${CONNECTIONS} keep-alive connections, each sending its next batch when the last one is answered; half of the events have a tool call. An SDK of its own sends one every two seconds.`,
      'Excerpts have 320 characters, full turns 1,600. The load generator and the lab, whose events another source takes in meanwhile, run on the same cores.',
      'Control: a server that reads the same bodies as JSON and answers, alone on the machine.',
    ],
  };
}

function toFigures({ name }: Case, loads: readonly Taken[]): Figure[] {
  const figure = (quantile: 'p50Ms' | 'p99Ms', bars: Figure['bars']): Figure => ({
    name: `${name}: ${quantile.slice(0, 3)}`,
    unit: 'ms',
    rounds: loads.map(({ ours }) => ours[quantile]),
    control: {
      name: 'JSON.parse alone',
      value: median(loads.map(({ control }) => control[quantile])),
    },
    bars,
  });
  return [figure('p50Ms', undefined), figure('p99Ms', [{ atMost: P99_MS }])];
}

interface Requests {
  readonly measured: number;
  readonly warmUp: number;
}

function playRound({ measured, warmUp }: Requests): Promise<readonly (readonly [Case, Taken])[]> {
  return withCleanup(async (defer) => {
    const lab = await startLab(['--port', '0', '--rate', `${BESIDE_RATE}`]);
    defer(lab.stop);
    const data = path.join(makeTempDir(defer), 'store');
    const server = await startApi(['--data', data, '--source', `beside=agentserver+${lab.url}`]);
    defer(server.stop);
    const control = await startParseOnly();
    defer(control.stop);
    const results: (readonly [Case, Taken])[] = [];
    for (const each of CASES) {
      const { mode, batch } = each;
      const plan = {
        batch,
        connections: CONNECTIONS,
        events: batch * measured,
        warmUp: batch * warmUp,
      };
      const ours = await runPushLoad(server.url, mode, plan);
      results.push([each, { ours, control: await runPushLoad(control.url, mode, plan) }]);
    }
    return results;
  });
}
