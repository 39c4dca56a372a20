import path from 'node:path';

import { isAtLeast, isAtMost, isExactly } from './kit/bars.ts';
import { readJournal } from './kit/journal-rows.ts';
import { createLedger } from './kit/ledger.ts';
import { createLiveReader } from './kit/live-reader.ts';
import { makeNumbered } from './kit/numbered-events.ts';
import { pushDrafts } from './kit/push-drafts.ts';
import { ORGANISM } from './kit/push.ts';
import type { StormBrowser } from './kit/storm-browser.ts';
import { createStormBrowser } from './kit/storm-browser.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import type { Victim } from './kit/victim.ts';
import { createVictim } from './kit/victim.ts';
import { delay, until } from './kit/waits.ts';
import { startWriters } from './kit/writers.ts';

const BROWSERS = 50;
const KICKS = 20;
const RESTARTS = 10;
const UP_MS = { min: 300, max: 900 };
const WRITERS = 4;
const BATCH_EVENTS = 10;
const BATCHES = 250;
const EVENTS = WRITERS * BATCH_EVENTS * BATCHES;
/** Of one writer: ten seconds of events, and the time the server is away. */
const BATCH_EVERY_MS = 40;
/** Longer than any replay: such an absence is told by a snapshot. */
const LONG_ABSENCE_EVENTS = 21_000;
const CATCH_UP_LIMIT_MS = 20_000;

export const test: TortureTest = {
  id: 'B10',
  title: 'resume-storm',
  isFast: false,
  needs: [],
  async run(context) {
    const found = await play(context);
    const { seen, stamped, told } = found;
    return {
      load: `${BROWSERS} browsers, each kicked ${KICKS} times or more, ${RESTARTS} kills of the server, ${EVENTS.toLocaleString('en-US')} events`,
      counts: null,
      bars: [
        isAtLeast('kicks of the luckiest browser', found.fewestKicks, KICKS),
        isAtLeast(
          'returns to another life of the server',
          found.acrossRestart,
          BROWSERS * RESTARTS * 0.5,
        ),
        isAtLeast('events each had to see', found.fewestExpected, EVENTS),
        isExactly('missed', seen.missed, 0),
        isExactly('seen twice', seen.doubled, 0),
        isExactly('out of order', seen.disordered, 0),
        isExactly('batches that did not follow the last one', found.breaks, 0),
        isExactly('told to begin anew without need', found.needlessResets, 0),
        isExactly('told to begin anew: another epoch', told.epoch, BROWSERS),
        isExactly('told to begin anew: a position beyond ours', told.beyond, BROWSERS),
        isExactly('told to begin anew: away too long', told.tooOld, BROWSERS),
      ],
      control: {
        name: 'the same absences, made up for by the time of the last event seen',
        bar: isAtMost('missed', stamped, 0),
      },
    };
  },
};

async function play({ dir, defer, random }: TortureContext) {
  const victim = createVictim({ dataDir: path.join(dir, 'storm'), defer });
  const ledger = createLedger(dir, { name: 'storm', writers: WRITERS, defer });
  await victim.start();
  await pushDrafts(await victim.url(), ORGANISM, [makeNumbered({ writer: WRITERS, n: 0 })]);
  const browsers = Array.from({ length: BROWSERS }, () => createStormBrowser(ORGANISM, random));
  defer(() => browsers.forEach((browser) => browser.leave()));
  await Promise.all(browsers.map((browser) => browser.begin(victim)));

  const options = { writers: WRITERS, batchEvents: BATCH_EVENTS, batches: BATCHES, ledger };
  const writers = startWriters({ ...options, intervalMs: BATCH_EVERY_MS, url: victim.url });
  let isOver = false;
  const storm = browsers.map((browser) =>
    browser.storm(victim, () => isOver && browser.kicks >= KICKS),
  );
  for (let n = 0; n < RESTARTS; n += 1) {
    await delay(random.int(UP_MS.min, UP_MS.max));
    await victim.end('SIGKILL');
    await victim.start();
  }
  await writers.done;
  isOver = true;
  await Promise.all(storm);
  await catchUp(browsers, victim);
  const told = await askWhatCannotBe(victim, browsers);
  browsers.forEach((browser) => browser.leave());
  await victim.end('SIGTERM');
  const journal = readJournal(victim.dataDir, ORGANISM);
  const verdicts = browsers.map((browser) => browser.judge(journal));
  const sum = (read: (verdict: (typeof verdicts)[number]) => number): number =>
    verdicts.reduce((total, verdict) => total + read(verdict), 0);
  return {
    told,
    fewestKicks: Math.min(...browsers.map(({ kicks }) => kicks)),
    acrossRestart: browsers.reduce((total, browser) => total + browser.acrossRestart, 0),
    fewestExpected: Math.min(...verdicts.map(({ expected }) => expected)),
    breaks: sum(({ breaks }) => breaks),
    needlessResets: sum(({ needlessResets }) => needlessResets),
    seen: {
      missed: sum(({ missed }) => missed),
      doubled: sum(({ doubled }) => doubled),
      disordered: sum(({ disordered }) => disordered),
    },
    stamped: sum(({ missedByStamp }) => missedByStamp),
  };
}

/** All are there, and have what the journal has. */
async function catchUp(browsers: readonly StormBrowser[], victim: Victim): Promise<void> {
  const head = readJournal(victim.dataDir, ORGANISM).at(-1)?.seq ?? 0;
  await Promise.all(
    browsers.map(async (browser) => {
      await browser.begin(victim);
      await until(CATCH_UP_LIMIT_MS, `a browser at ${head}`, () => browser.position >= head);
    }),
  );
}

/** Positions nobody can resume from. @returns how many were told so, for the reason it has */
async function askWhatCannotBe(victim: Victim, browsers: readonly StormBrowser[]) {
  const url = await victim.url();
  const long = Array.from({ length: LONG_ABSENCE_EVENTS }, (_, n) =>
    makeNumbered({ writer: WRITERS + 1, n }),
  );
  await pushDrafts(url, ORGANISM, long);
  const ask = async (epoch: string, since: number, reason: string): Promise<number> => {
    const reader = createLiveReader(ORGANISM, { epoch, since });
    await reader.open(url);
    await until(
      CATCH_UP_LIMIT_MS,
      'an answer',
      () => reader.resets.length > 0 || reader.breaks > 0,
    );
    reader.close();
    return reader.resets[0] === reason ? 1 : 0;
  };
  const askAll = async (since: number, reason: string, epochOf: (own: string) => string) => {
    const told = browsers.map(({ epoch }) => ask(epochOf(epoch), since, reason));
    return (await Promise.all(told)).reduce((sum, isTold) => sum + isTold, 0);
  };
  return {
    epoch: await askAll(1, 'epoch', () => 'of-another-store'),
    beyond: await askAll(1e9, 'epoch', (own) => own),
    tooOld: await askAll(1, 'too-old', (own) => own),
  };
}
