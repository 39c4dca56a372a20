import { createHash } from 'node:crypto';
import { cpSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import Database from 'better-sqlite3';

import { storeFiles } from '#db/sqlite/store-files.ts';
import { backUpStore } from '#db/sqlite/upkeep/backup.ts';
import { runCommand } from '#server/cli/run-command.ts';

import type { Defer } from '../bench/cleanup.ts';
import { holds, isAtLeast, isExactly } from './kit/bars.ts';
import type { Damage } from './kit/damages.ts';
import { DAMAGES, spoil } from './kit/damages.ts';
import { createLedger } from './kit/ledger.ts';
import { auditStore } from './kit/store-audit.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import { createVictim } from './kit/victim.ts';
import { until } from './kit/waits.ts';
import { startWriters } from './kit/writers.ts';

const WRITERS = 4;
const BATCH_EVENTS = 50;
const BEFORE_BACKUP = 3000;
const AFTER_BACKUP = 3000;
const LOAD_LIMIT_MS = 60_000;

export const test: TortureTest = {
  id: 'B07',
  title: 'corruption',
  isFast: false,
  needs: [],
  async run(context) {
    const origin = await makeStores(context);
    const found: Finding[] = [];
    for (const damage of DAMAGES) found.push(await examine(context, origin, damage));
    for (const { name, told } of found) context.say(`${name}: ${told}`);
    const control = await runControl(context, origin);
    const count = (is: (finding: Finding) => boolean): number => found.filter(is).length;
    return {
      load: `${DAMAGES.length} damaged copies of a store of ${origin.acked} acknowledged events`,
      counts: null,
      bars: [
        isExactly(
          'told, with the reason',
          count(({ isTold }) => isTold),
          DAMAGES.length,
        ),
        isExactly(
          'refused at the start',
          count(({ isRefused }) => isRefused),
          DAMAGES.filter(({ isSeenAtStart }) => isSeenAtStart).length,
        ),
        isExactly(
          'files changed by a start or a look',
          count(({ isChanged }) => isChanged),
          0,
        ),
        isExactly(
          'files changed by a restore',
          count(({ isKept }) => !isKept),
          0,
        ),
        isAtLeast('events up to the backup', origin.backedUp.length, BEFORE_BACKUP),
        isExactly('of them lost by a restore', sum(found.map(({ lost }) => lost)), 0),
        holds('undamaged, a start takes it', control.isSoundTaken, String(control.isSoundTaken)),
      ],
      control: {
        name: 'without the record of commits a flipped bit in the log passes',
        bar: isExactly('refused at the start', control.isFlippedRefused ? 1 : 0, 1),
      },
    };
  },
};

interface Origin {
  /** Stopped by a signal it heard, and killed at work. */
  readonly closed: string;
  readonly killed: string;
  readonly backup: string;
  /** What the backup must give back: a line for each event. */
  readonly backedUp: readonly string[];
  readonly acked: number;
}

/** One store under load: backed up while served, then killed; and the same after a clean stop. */
async function makeStores({ dir, defer }: TortureContext): Promise<Origin> {
  const killed = path.join(dir, 'killed');
  const closed = path.join(dir, 'closed');
  const backup = path.join(dir, 'backup.db');
  const victim = createVictim({ dataDir: killed, defer });
  const ledger = createLedger(dir, { name: 'corruption', writers: WRITERS, defer });
  await victim.start();
  const writers = startWriters({
    writers: WRITERS,
    batchEvents: BATCH_EVENTS,
    ledger,
    url: () => victim.url(),
  });
  const acked = (enough: number): Promise<boolean> =>
    until(LOAD_LIMIT_MS, `${enough} acknowledged`, () => ledger.ackedEvents() >= enough);
  await acked(BEFORE_BACKUP);
  await backUpStore({ dataDir: killed, file: backup });
  await acked(ledger.ackedEvents() + AFTER_BACKUP);
  await writers.stop();
  await victim.end('SIGKILL');
  cpSync(killed, closed, { recursive: true });
  const healing = createVictim({ dataDir: closed, defer });
  await healing.start();
  await healing.end('SIGTERM');
  const { lost } = auditStore(closed, ledger.mark());
  if (lost > 0) throw new Error(`${lost} events were lost before anything was damaged`);
  return { closed, killed, backup, backedUp: readEvents(backup), acked: ledger.ackedEvents() };
}

interface Finding {
  readonly name: string;
  readonly told: string;
  readonly isTold: boolean;
  readonly isRefused: boolean;
  readonly isChanged: boolean;
  /** What the restore replaced is there as it was. */
  readonly isKept: boolean;
  readonly lost: number;
}

async function examine(
  { dir, defer, random }: TortureContext,
  origin: Origin,
  damage: Damage,
): Promise<Finding> {
  const dataDir = path.join(dir, damage.name.replaceAll(/\W+/g, '-'));
  cpSync(damage.isKilled ? origin.killed : origin.closed, dataDir, { recursive: true });
  rmSync(storeFiles(dataDir).shm, { force: true });
  spoil(damage, dataDir, random);
  const before = digestsOf(dataDir);
  const doctor = await command('doctor', '--data', dataDir);
  const start = damage.isSeenAtStart ? await tryStart(dataDir, defer) : null;
  const isChanged = digestsOf(dataDir) !== before;
  const restore = await command('restore', origin.backup, '--data', dataDir);
  const doctorSays = doctor.text.replaceAll(dataDir, '');
  const isTold = doctor.code === 1 && damage.words.test(doctorSays);
  return {
    name: damage.name,
    told: firstWords(doctorSays, damage.words),
    isTold: isTold && (start === null || damage.words.test(start.text.replaceAll(dataDir, ''))),
    isRefused: start?.isRefused === true,
    isChanged,
    isKept: keptDigests(dataDir) === before,
    lost:
      restore.code === 0
        ? countMissing(origin.backedUp, readEvents(storeFiles(dataDir).database))
        : origin.backedUp.length,
  };
}

/** The same flipped bit with the record of commits gone, and the same store without any damage. */
async function runControl({ dir, defer, random }: TortureContext, { killed }: Origin) {
  const flipped = path.join(dir, 'control-flipped');
  cpSync(killed, flipped, { recursive: true });
  const [damage] = DAMAGES.filter(({ name }) => name === 'a bit flipped in the log');
  if (damage === undefined) throw new Error('no such damage');
  const files = storeFiles(flipped);
  for (const file of [files.shm, files.marks]) rmSync(file, { force: true });
  spoil(damage, flipped, random);
  const sound = path.join(dir, 'control-sound');
  cpSync(killed, sound, { recursive: true });
  return {
    isFlippedRefused: (await tryStart(flipped, defer)).isRefused,
    isSoundTaken:
      (await command('doctor', '--data', sound)).code === 0 &&
      !(await tryStart(sound, defer)).isRefused,
  };
}

async function command(...argv: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const keep = (line: string): void => void lines.push(line);
  const code = await runCommand(argv, {}, { say: keep, complain: keep, progress: () => undefined });
  return { code, text: lines.join('\n') };
}

/** Whether a start is refused, and with which words. */
async function tryStart(
  dataDir: string,
  defer: Defer,
): Promise<{ isRefused: boolean; text: string }> {
  const victim = createVictim({ dataDir, defer });
  try {
    await victim.start();
  } catch (error) {
    return { isRefused: true, text: error instanceof Error ? error.message : String(error) };
  }
  await victim.end('SIGTERM');
  return { isRefused: false, text: '' };
}

/** SHA-256 of every file of the store but its lock. */
function digestsOf(dir: string): string {
  const lines = readdirSync(dir)
    .filter((name) => name.startsWith('organoscope.') && !name.startsWith('organoscope.lock'))
    .sort()
    .map((name) => {
      const digest = createHash('sha256').update(readFileSync(path.join(dir, name)));
      return `${name} ${digest.digest('hex')}`;
    });
  return lines.join('\n');
}

function keptDigests(dataDir: string): string {
  const [kept] = readdirSync(dataDir).filter((name) => name.startsWith('replaced-'));
  return kept === undefined ? '' : digestsOf(path.join(dataDir, kept));
}

function readEvents(database: string): string[] {
  const db = new Database(database, { readonly: true });
  try {
    return db
      .prepare<[], string>(
        `SELECT json_array(j.seq, j.key, j.type, j.body, u.cost_nanos, u.reported_cost_nanos)
         FROM journal j LEFT JOIN usage u ON u.seq = j.seq ORDER BY j.seq`,
      )
      .pluck()
      .all();
  } finally {
    db.close();
  }
}

function countMissing(wanted: readonly string[], found: readonly string[]): number {
  const there = new Set(found);
  return wanted.filter((line) => !there.has(line)).length;
}

function firstWords(text: string, words: RegExp): string {
  const line = text.split('\n').find((candidate) => words.test(candidate)) ?? text.split('\n')[0];
  return (line ?? '').trim().slice(0, 160);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
