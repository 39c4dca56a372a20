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
/** Of each connection: with four of them, what 80 programs send whose SDKs flush every two seconds. */
const EVERY_MS = 100;
/** Requests of each case: enough for a hundredth of them to be more than a few. */
const REQUESTS = { full: 300, quick: 100 };
/** Sent first and not measured, to the control as well. */
const WARM_UP_REQUESTS = { full: 200, quick: 100 };
/** What the SDK is promised: it gives a batch up after two tries. */
const P99_MS = 20;

/** How long a program with the modelstat SDK waits for its answer, which comes after the commit. */
export const section: BenchSection = {
  title: `modelstat: answers to ${CONNECTIONS} SDKs beside ${BESIDE_RATE.toLocaleString('en-US')} events/s`,
  minutes: 6,
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
  readonly paced: PushLoad;
  /** Each batch sent when the last one is answered. */
  readonly atOnce: PushLoad;
  /** The control, paced. */
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
      `${requests.measured} batches of each kind over ${CONNECTIONS} keep-alive connections, after ${requests.warmUp} that are not measured. A connection sends one every ${EVERY_MS} ms on average, as ${(CONNECTIONS * 2000) / EVERY_MS} programs would whose SDKs flush every two seconds; at once: when the last one is answered. Half of the events have a tool call.`,
      'Excerpts have 320 characters, full turns 1,600. The load generator and the lab, whose events another source takes in meanwhile, run on the same cores.',
      'An answer that comes after the next batch was due makes that one wait, and its time counts from when it was due.',
      'Control: a server that reads the same bodies as JSON and answers, at the same pace.',
    ],
  };
}

function toFigures({ name }: Case, loads: readonly Taken[]): Figure[] {
  const figure = (
    more: string,
    of: (taken: Taken) => number,
    controlOf?: (control: PushLoad) => number,
  ): Figure => ({
    name: `${name}: ${more}`,
    unit: 'ms',
    rounds: loads.map(of),
    ...(controlOf === undefined
      ? {}
      : {
          control: {
            name: 'JSON.parse alone',
            value: median(loads.map(({ control }) => controlOf(control))),
          },
        }),
  });
  return [
    figure(
      'p50',
      ({ paced }) => paced.p50Ms,
      ({ p50Ms }) => p50Ms,
    ),
    {
      ...figure(
        'p99',
        ({ paced }) => paced.p99Ms,
        ({ p99Ms }) => p99Ms,
      ),
      bars: [{ atMost: P99_MS }],
    },
    figure('p99, at once', ({ atOnce }) => atOnce.p99Ms),
  ];
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
      const pace = { ...plan, everyMs: EVERY_MS };
      const paced = await runPushLoad(server.url, mode, pace);
      const atOnce = await runPushLoad(server.url, mode, plan);
      const { url } = control;
      results.push([each, { paced, atOnce, control: await runPushLoad(url, mode, pace) }]);
    }
    return results;
  });
}
