import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import Database from 'better-sqlite3';

import { storeFiles } from '#db/sqlite/store-files.ts';
import type { DraftOf } from '#organism/event.ts';

import { getJson } from '../bench/rest.ts';
import type { HostileUpstream } from './hostile/upstream.ts';
import { startHostileUpstream } from './hostile/upstream.ts';
import type { UsageRow } from './hostile/usage-rows.ts';
import { makeUsageRows } from './hostile/usage-rows.ts';
import { isAtLeast, isAtMost, isExactly, holds } from './kit/bars.ts';
import type { Flaw } from './kit/flaws.ts';
import { startUpstreams } from './kit/lab-upstreams.ts';
import { createLoopGaps } from './kit/loop-gaps.ts';
import { pushDrafts } from './kit/push-drafts.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import type { Victim } from './kit/victim.ts';
import { createVictim } from './kit/victim.ts';
import { delay, until, within } from './kit/waits.ts';

const FRAMES = 12_000;
const CONTROL_FRAMES = 500;
const ROWS = 500;
const MIN_FRAMES = 10_000;
const MIN_CLASSES = 60;
const MAX_GAP_MS = 250;
const MAX_GROWTH_MIB = 100;
const RATE = 50;
const ASSAULT_LIMIT_MS = 90_000;
const SETTLE_LIMIT_MS = 20_000;
/** Sound events at first: 100 MB of them fill the bounded caches, so that only growth is growth. */
const WARM_UP = { batches: 32, events: 32, textChars: 100_000 };
const CALM_DOWN_MS = 3000;
/** What is added up: each figure must be a number. */
const BILLS = [
  '/usage/billing',
  '/usage/daily?timezone=Asia/Kathmandu',
  '/usage/breakdown?group_by=model,agent',
];
const VIEWS = [
  ...BILLS,
  '/usage/history?limit=100',
  '/exports/billing?format=json',
  '/messages?limit=100',
  '/threads',
  '/agents',
  '/errors',
];

export const test: TortureTest = {
  id: 'B16',
  title: 'hostile-upstream',
  isFast: false,
  needs: ['linux'],
  async run(context) {
    const found = await play(context, [], FRAMES);
    const control = await play(context, ['no-validation'], CONTROL_FRAMES);
    const { labs } = found;
    return {
      load: `${found.frames} frames of ${found.classes} classes, ${ROWS} rows, beside a sound upstream`,
      counts: null,
      bars: [
        isAtLeast('frames', found.frames, MIN_FRAMES),
        isAtLeast('classes', found.classes, MIN_CLASSES),
        isExactly('crashes', found.crashes, 0),
        isAtMost('longest silence of the event loop, ms', found.gapMs, MAX_GAP_MS),
        isAtMost('memory grown, MiB', found.grownMiB, MAX_GROWTH_MIB),
        holds('prototypes as they were', found.prototypes === 'same', found.prototypes),
        isAtLeast('refused and counted', found.rejected, found.mustRefuse),
        isExactly('of the kept without a reason', found.withoutReason, 0),
        isExactly('received and not counted', found.uncounted, 0),
        isExactly('odd but sound messages lost', found.oddLost, 0),
        isExactly('sound calls of its bill off', found.callsOff, 0),
        isExactly('queries that failed', found.failedQueries, 0),
        isAtLeast('messages and calls of the sound upstream', labs.said, 100),
        isExactly('of them lost, doubled or made up', labs.lost + labs.doubled + labs.phantom, 0),
      ],
      control: {
        name: 'no schema is asked',
        bar: isExactly('sound calls of its bill off', control.callsOff, 0),
      },
    };
  },
};

async function play(
  { defer, dir, random, seed, say }: TortureContext,
  flaws: readonly Flaw[],
  frames: number,
) {
  const name = flaws.join('-') || 'sound';
  const rows = makeUsageRows(ROWS);
  const hostile = await startHostileUpstream(defer, { frames, rows, random });
  const upstreams = await startUpstreams(defer, { count: 1, rate: RATE, seed });
  const gaps = createLoopGaps(dir, name);
  const prototypes = path.join(dir, `${name}.prototypes`);
  const victim = createVictim({
    dataDir: path.join(dir, name),
    args: [
      ...upstreams.args,
      '--source',
      `bad=agentserver+${hostile.url}`,
      '--poll-usage-ms',
      '500',
    ],
    env: { ...gaps.env, TORTURE_PROTOTYPES: prototypes },
    probes: [gaps.preload, path.join(import.meta.dirname, 'probes/prototypes.ts')],
    flaws,
    defer,
  });
  const { url, ended, memoryMiB } = await victim.start();
  let crashes = 0;
  let isEnding = false;
  void ended.then(() => (crashes += isEnding ? 0 : 1));
  await warmUp(url);
  const before = memoryMiB();
  const startedAt = Date.now();
  await Promise.race([within(ASSAULT_LIMIT_MS, 'all frames sent', hostile.done), ended]);
  say(`${hostile.sent()} frames sent`);
  const settled = upstreams.settle(url, SETTLE_LIMIT_MS);
  await (flaws.length > 0 ? settled.catch(() => undefined) : settled);
  if (crashes === 0 && flaws.length === 0) await settle(victim, hostile, rows);
  await delay(CALM_DOWN_MS);
  const grownMiB = memoryMiB() - before;
  const failedQueries = await countFailures(url);
  const counts = crashes === 0 ? await readCounts(url) : NO_COUNTS;
  const withoutReason = crashes === 0 ? await countWithoutReason(url) : 0;
  const endedAt = Date.now();
  isEnding = true;
  const code = crashes === 0 ? await victim.end('SIGTERM') : null;
  return {
    frames: hostile.sent(),
    classes: hostile.classes,
    crashes: crashes + (crashes === 0 && code !== 0 ? 1 : 0),
    gapMs: gaps.longest(startedAt, endedAt),
    grownMiB,
    prototypes: existsSync(prototypes) ? readFileSync(prototypes, 'utf8') : 'not told',
    rejected: counts.rejected,
    mustRefuse: hostile.refused(),
    withoutReason,
    uncounted: counts.received - counts.accepted - counts.duplicate - counts.rejected,
    oddLost: countMissing(victim.dataDir, hostile.keptIds),
    callsOff: Math.abs(countCalls(victim.dataDir) - rows.filter(({ isSound }) => isSound).length),
    failedQueries,
    labs: upstreams.audit(victim.dataDir),
  };
}

async function warmUp(url: string): Promise<void> {
  const { batches, events, textChars } = WARM_UP;
  for (let batch = 0; batch < batches; batch += 1) {
    const drafts = Array.from({ length: events }, (_, i): DraftOf<'message'> => {
      const id = `warm-${batch}-${i}`;
      return {
        type: 'message',
        key: id,
        id,
        occurredAt: Date.now(),
        threadId: `t${i}`,
        from: 'a',
        to: 'b',
        payloadType: 'Text',
        payload: { text: `${id} `.repeat(textChars / (id.length + 1)) },
      };
    });
    await pushDrafts(url, 'warm', drafts);
  }
}

/** What was sent last may still wait to be stored. */
async function settle(victim: Victim, hostile: HostileUpstream, rows: readonly UsageRow[]) {
  const sound = rows.filter(({ isSound }) => isSound).length;
  await until(SETTLE_LIMIT_MS, 'the hostile frames stored', () => {
    const { dataDir } = victim;
    return countMissing(dataDir, hostile.keptIds) === 0 && countCalls(dataDir) >= sound;
  }).catch(() => undefined);
}

interface SourceCounts {
  readonly received: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
}

const NO_COUNTS: SourceCounts = { received: 0, accepted: 0, duplicate: 0, rejected: 0 };

async function readCounts(url: string): Promise<SourceCounts> {
  const { sources } = (await getJson(`${url}/api/v1/sources`)) as {
    sources: { name: string; counts: SourceCounts }[];
  };
  return sources.find(({ name }) => name === 'bad')?.counts ?? NO_COUNTS;
}

/** Of the newest in quarantine, as many as a page shows. */
async function countWithoutReason(url: string): Promise<number> {
  const { rejects } = (await getJson(`${url}/api/v1/sources/bad/rejects?limit=100`)) as {
    rejects: { reason: string; detail: string }[];
  };
  const isTold = ({ reason, detail }: { reason: string; detail: string }): boolean =>
    reason !== '' && detail !== '';
  return rejects.length === 0 ? 1 : rejects.filter((reject) => !isTold(reject)).length;
}

/** Every view of both organisms, and none may hold a number that is none. */
async function countFailures(url: string): Promise<number> {
  let failed = 0;
  for (const organism of ['bad', 'lab-1']) {
    for (const view of VIEWS) {
      const target = `${url}/api/v1${view}${view.includes('?') ? '&' : '?'}organism=${organism}`;
      try {
        const text = JSON.stringify(await getJson(target));
        const isOff = /(?:Nanos|Cost|Tokens|Count)":(?:null|"|-)/.test(text);
        if (BILLS.includes(view) && isOff) failed += 1;
      } catch {
        failed += 1;
      }
    }
  }
  return failed;
}

function countMissing(dataDir: string, ids: readonly string[]): number {
  const stored = new Set(
    readAll(
      dataDir,
      `SELECT journal.key FROM journal JOIN sources ON sources.id = journal.source_id
       WHERE sources.name = ?`,
    ),
  );
  return ids.filter((id) => !stored.has(`message:${id}`)).length;
}

function countCalls(dataDir: string): number {
  return readAll(
    dataDir,
    'SELECT seq FROM usage WHERE organism_id = (SELECT id FROM organisms WHERE name = ?)',
  ).length;
}

function readAll(dataDir: string, sql: string): unknown[] {
  const db = new Database(storeFiles(dataDir).database, { readonly: true });
  try {
    return db.prepare<[string]>(sql).pluck().all('bad');
  } finally {
    db.close();
  }
}
