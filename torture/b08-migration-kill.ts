import { execFile } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import Database from 'better-sqlite3';

import { storeFiles } from '#db/sqlite/store-files.ts';
import { createSqliteStore } from '#db/sqlite/store.ts';

import { COMPILE_CACHE } from '../bench/program.ts';
import { isAtLeast, isExactly } from './kit/bars.ts';
import { emptyDisk } from './kit/fill-disk.ts';
import type { Mount } from './kit/mounts.ts';
import { mountMemory } from './kit/mounts.ts';
import { makeNumbered } from './kit/numbered-events.ts';
import type { StoreText } from './kit/old-stores.ts';
import { countSchemas, makeOldStore, readStoreText } from './kit/old-stores.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';

const CHILD = path.join(import.meta.dirname, 'kit/migrate-child.ts');
const EVENTS = 400;
/** File systems in memory to come to harm on, one for each process: two cores, one more only waits. */
const DISKS = 2;
const DISK_MEBIBYTES = 16;
/** The way from a later schema is the end of the way from the first: of its steps one in so many. */
const STEPS_APART = 3;
const NO_LOG = { info: () => {}, warn: () => {}, error: () => {} };

type Harm = 'kill' | 'full';

export const test: TortureTest = {
  id: 'B08',
  title: 'migration-kill',
  isFast: false,
  needs: ['linux', 'root'],
  async run(context) {
    const full = path.join(context.dir, 'full');
    await fillStore(full);
    const disks = Array.from({ length: DISKS }, (_, n) =>
      mountMemory(path.join(context.dir, `disk-${n}`), DISK_MEBIBYTES, context.defer),
    );
    const schemas = Array.from({ length: countSchemas() }, (_, schema) => schema);
    const outcomes: Outcome[] = [];
    for (const schema of schemas) {
      const origin = await makeOrigin(context, full, schema);
      context.say(`from schema ${schema}: ${origin.steps} steps`);
      for (const harm of ['kill', 'full'] as const) {
        outcomes.push(...(await harmAtSteps({ context, disks, origin, harm })));
      }
    }
    const control = await runControl(context, disks, full);
    const count = (is: (outcome: Outcome) => boolean): number => outcomes.filter(is).length;
    return {
      load: `killed, and out of room, at ${outcomes.length / 2} steps: each from the first schema, one in ${STEPS_APART} from ${schemas.length - 1} later ones`,
      counts: null,
      bars: [
        isAtLeast('steps harmed', outcomes.length, 2 * 20),
        isAtLeast(
          'killed in the middle, nothing changed',
          count(({ harm, found }) => harm === 'kill' && found === 'old'),
          20,
        ),
        isAtLeast(
          'out of room, nothing changed',
          count(({ harm, found }) => harm === 'full' && found === 'old'),
          5,
        ),
        isExactly(
          'neither old nor new',
          count(({ found }) => found === 'between'),
          0,
        ),
        isExactly(
          'not brought up to date afterwards',
          count(({ isMended }) => !isMended),
          0,
        ),
        isExactly('newer schema taken', await openNewer(context, full), 0),
      ],
      control: {
        name: 'without the transaction around a migration',
        bar: isExactly('neither old nor new', control, 0),
      },
    };
  },
};

/** A store of one released schema, what it says, and what it must say once it is up to date. */
interface Origin {
  readonly dir: string;
  readonly schema: number;
  readonly steps: number;
  readonly before: StoreText;
  readonly after: StoreText;
}

interface Outcome {
  readonly harm: Harm;
  readonly found: 'old' | 'new' | 'between';
  /** Opened without harm, it says what it must. */
  readonly isMended: boolean;
}

async function fillStore(dataDir: string): Promise<void> {
  const store = await createSqliteStore({ dataDir, log: NO_LOG, readers: 1 });
  await store.append({
    source: 'lab',
    organismId: 'garden',
    events: Array.from({ length: EVENTS }, (_, n) => ({
      ...makeNumbered({ writer: 0, n }),
      receivedAt: Date.UTC(2026, 2, 1, 13) + n,
    })),
    rejects: [],
    cursors: { last: '1' },
    catalogueVersion: '1',
  });
  await store.close();
}

async function makeOrigin({ dir }: TortureContext, full: string, schema: number): Promise<Origin> {
  const origin = path.join(dir, `schema-${schema}`);
  makeOldStore(origin, schema, full);
  const reference = path.join(dir, `reference-${schema}`);
  cpSync(origin, reference, { recursive: true });
  const [said = ''] = await runChild(['none', '0', reference]);
  return {
    dir: origin,
    schema,
    steps: Number(said.split(' ')[0]),
    before: readStoreText(origin),
    after: readStoreText(reference),
  };
}

interface Harming {
  readonly context: TortureContext;
  readonly disks: readonly Mount[];
  readonly origin: Origin;
  readonly harm: Harm;
  readonly flags?: readonly string[];
}

async function harmAtSteps({
  context,
  disks,
  origin,
  harm,
  flags = [],
}: Harming): Promise<Outcome[]> {
  const steps = stepsOf(origin);
  const harmed: { dir: string; found: Outcome['found'] }[] = [];
  const harmNext = async (disk: Mount): Promise<void> => {
    for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
      const name = ['harmed', origin.schema, harm, step, ...flags].join('-');
      const dir = path.join(disk.dir, name);
      cpSync(origin.dir, dir, { recursive: true });
      await runChild([harm, ...flags, String(step), dir]);
      emptyDisk(disk.dir);
      const found = judge(dir, origin);
      if (found === 'between' && flags.length === 0) context.say(`${name}: ${found}`);
      const kept = path.join(context.dir, name);
      cpSync(dir, kept, { recursive: true });
      rmSync(dir, { recursive: true });
      harmed.push({ dir: kept, found });
    }
  };
  await Promise.all(disks.map(harmNext));
  const areMended = await mendAll(
    harmed.map(({ dir }) => dir),
    origin,
  );
  return harmed.map(({ found }, i) => ({ harm, found, isMended: areMended[i] === true }));
}

/** Others from each schema, so that together they are many. */
function stepsOf({ schema, steps }: Origin): number[] {
  const all = Array.from({ length: steps }, (_, i) => i + 1);
  return schema === 0 ? all : all.filter((step) => (step + schema) % STEPS_APART === 0);
}

function judge(dir: string, { before, after }: Origin): Outcome['found'] {
  const found = readStoreText(dir);
  // A store that was nobody's yet may still have to be given its epoch; one that had an epoch keeps it.
  if (before.epoch !== null && found.epoch !== before.epoch) return 'between';
  if (isSame(found, after)) return 'new';
  return isSame(found, before) ? 'old' : 'between';
}

function isSame(a: StoreText, b: StoreText): boolean {
  return (
    a.schemaVersion === b.schemaVersion &&
    a.schema === b.schema &&
    a.rows === b.rows &&
    a.damagedRows + b.damagedRows === 0
  );
}

/** Opens them once more, with room and undisturbed. @returns for each whether it is whole again */
async function mendAll(dirs: readonly string[], { after }: Origin): Promise<boolean[]> {
  const said = await runChild(['none', ...dirs.flatMap((dir) => ['0', dir])]);
  return dirs.map(
    (dir, i) => said[i]?.endsWith('opened') === true && isSame(readStoreText(dir), after),
  );
}

/** How many steps leave something in between when nothing holds a migration together. */
async function runControl(
  context: TortureContext,
  disks: readonly Mount[],
  full: string,
): Promise<number> {
  const origin = await makeOrigin(context, full, 1);
  const outcomes = await harmAtSteps({
    context,
    disks,
    origin,
    harm: 'kill',
    flags: ['--loose'],
  });
  return outcomes.filter(({ found }) => found === 'between').length;
}

/** 0 when a store of a newer build is refused. */
async function openNewer({ dir }: TortureContext, full: string): Promise<number> {
  const newer = path.join(dir, 'newer');
  cpSync(full, newer, { recursive: true });
  const db = new Database(storeFiles(newer).database);
  db.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('later', 9e15)");
  db.close();
  const [said = ''] = await runChild(['none', '0', newer]);
  return said.endsWith('newer-schema') ? 0 : 1;
}

/** The lines it said; none when it was killed first. */
async function runChild(args: readonly string[]): Promise<string[]> {
  const env = { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE };
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, ...args], { env }).catch(
    (error: { signal?: string; stdout?: string; stderr?: string }) => {
      if (error.signal === 'SIGKILL') return { stdout: '' };
      throw new Error(`the child failed: ${error.stderr ?? ''}`);
    },
  );
  return stdout.split('\n').filter((line) => line !== '');
}
