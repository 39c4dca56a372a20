import { makeTempDir } from '../bench/cleanup.ts';
import { startApi } from '../bench/program.ts';
import { postJson, readMetric } from '../bench/rest.ts';
import { steadyNow } from '../bench/swarm/steady-now.ts';
import type { Published } from '../bench/swarm/swarm-messages.ts';
import { startSwarm } from '../bench/swarm/swarm.ts';
import { isAtMost, isExactly } from './kit/bars.ts';
import type { Flaw } from './kit/flaws.ts';
import { flawFile } from './kit/flaws.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import { delay, until } from './kit/waits.ts';

const BROWSERS = 200;
const PAUSED = 20;
/** Of the paused: these come back in time, the others never do. */
const COMING_BACK = 10;
/** 20 posts a second of 5 events of 10 KB: 1 MB/s to each browser. */
const POST_EVERY_MS = 50;
const POST_EVENTS = 5;
const EVENT_BYTES = 10_000;
const QUIET_SECONDS = 5;
const LEFT_BEHIND_LIMIT_MS = 15_000;
const AFTER_SECONDS = 5;
/** A reader that does not drain is ended after 30 s of heartbeats. */
const CUT_OFF_LIMIT_MS = 45_000;
const ARRIVE_LIMIT_MS = 10_000;
const ORGANISM = 'slow';

export const test: TortureTest = {
  id: 'B12',
  title: 'slow-reader',
  isFast: false,
  needs: [],
  async run(context) {
    const found = await play(context, { flaws: [], limitMs: LEFT_BEHIND_LIMIT_MS });
    // Twice the time it took those who could be left behind.
    const control = await play(context, {
      flaws: ['nothing-unsent'],
      limitMs: 2 * found.leftBehindMs,
    });
    return {
      load: `${PAUSED} of ${BROWSERS} browsers stop reading at 1 MB/s each`,
      counts: null,
      bars: [
        isExactly('left behind', found.leftBehind, PAUSED),
        isAtMost('the last of them after, ms', found.leftBehindMs, LEFT_BEHIND_LIMIT_MS),
        isExactly('others: lost or out of order', found.lostByOthers, 0),
        isAtMost('others: p99 to that without slow ones', found.p99Ratio, 2),
        isAtMost('memory growth, MiB', found.growthMiB, 128),
        isExactly('came back and began anew', found.begunAnew, COMING_BACK),
        isExactly('never came back and were cut off', found.cutOff, PAUSED - COMING_BACK),
      ],
      control: {
        name: 'no limit on unsent bytes',
        bar: isExactly('left behind', control.leftBehind, PAUSED),
      },
    };
  },
};

async function play(
  { defer, say }: TortureContext,
  { flaws, limitMs }: { flaws: readonly Flaw[]; limitMs: number },
) {
  const server = await startApi(['--data', makeTempDir(defer)], flaws.map(flawFile));
  defer(server.stop);
  const swarm = await startSwarm();
  defer(swarm.stop);
  const stream = createStream(server.url);
  await stream.play(() => true);
  await swarm.open(server.url, BROWSERS, [{ organism: ORGANISM }]);
  const others = Array.from({ length: BROWSERS - PAUSED }, (_, n) => n);
  const paused = Array.from({ length: PAUSED }, (_, n) => BROWSERS - PAUSED + n);

  await swarm.forget();
  const quiet = await stream.play(after(QUIET_SECONDS * 1000));
  await swarm.reach(stream.head(), ARRIVE_LIMIT_MS);
  const before = await swarm.report(quiet, others);
  const memoryMiB = server.memoryMiB();

  say('some stop reading');
  await swarm.pause(paused);
  await swarm.forget();
  const pausedAt = performance.now();
  let leftBehind = 0;
  const isEnough = after(limitMs);
  const slow = await stream.play(async () => {
    leftBehind = await readMetric(server.url, 'organoscope_live_slow_total');
    return leftBehind >= PAUSED || isEnough();
  });
  if (flaws.length > 0) return { ...EMPTY, leftBehind };
  const leftBehindMs = performance.now() - pausedAt;
  const more = await stream.play(after(AFTER_SECONDS * 1000));
  const growthMiB = server.memoryMiB() - memoryMiB;
  const published = { ...slow, times: [...slow.times, ...more.times] };
  await swarm.reach(stream.head(), ARRIVE_LIMIT_MS, others);
  const during = await swarm.report(published, others);

  await swarm.resume(paused.slice(0, COMING_BACK));
  await swarm.reach(stream.head(), ARRIVE_LIMIT_MS, paused.slice(0, COMING_BACK));
  const { resets: begunAnew } = await swarm.report(published);
  const open = BROWSERS - (PAUSED - COMING_BACK);
  const isCutOff = async (): Promise<boolean> =>
    (await readMetric(server.url, 'organoscope_live_clients')) <= open;
  await until(CUT_OFF_LIMIT_MS, 'those who never read cut off', isCutOff);
  const due = published.times.length * others.length;
  return {
    leftBehind,
    leftBehindMs,
    lostByOthers: due - during.events + during.broken,
    p99Ratio: during.p99Ms / before.p99Ms,
    growthMiB,
    begunAnew,
    cutOff: BROWSERS - (await readMetric(server.url, 'organoscope_live_clients')),
  };
}

const EMPTY = {
  leftBehindMs: 0,
  lostByOthers: 0,
  p99Ratio: 0,
  growthMiB: 0,
  begunAnew: 0,
  cutOff: 0,
};

/** True once the time is up. */
function after(ms: number): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() >= end;
}

/** A stream of large events at a steady pace. */
function createStream(url: string) {
  let n = 0;
  let head = 0;
  const eventOf = (id: string) => ({
    type: 'message',
    key: id,
    id,
    occurredAt: Date.now(),
    threadId: 'flood',
    from: 'source',
    to: 'sea',
    payloadType: 'Water',
    payload: { text: 'drop '.repeat(EVENT_BYTES / 5) },
  });
  return {
    head: () => head,
    async play(isEnough: () => boolean | Promise<boolean>): Promise<Published> {
      const times: number[] = [];
      const firstSeq = head + 1;
      do {
        const startedAt = steadyNow();
        const events = Array.from({ length: POST_EVENTS }, () => eventOf(`drop-${(n += 1)}`));
        const answer = await postJson(`${url}/api/v1/events?source=${ORGANISM}`, events);
        head = Number(answer['lastSeq']);
        times.push(...events.map(() => startedAt));
        await delay(Math.max(0, POST_EVERY_MS - (steadyNow() - startedAt)));
      } while (!(await isEnough()));
      return { firstSeq, times };
    },
  };
}
