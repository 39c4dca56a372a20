import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';

import Database from 'better-sqlite3';

import type { StoreFiles } from '#db/sqlite/store-files.ts';
import { storeFiles } from '#db/sqlite/store-files.ts';
import type { Random } from '#lab/agentserver/random.ts';

/** One way to spoil a store, and the words in which it must be told. */
export interface Damage {
  readonly name: string;
  /** Whether the store was killed at work, and has its newest commits in its log alone. */
  readonly isKilled: boolean;
  /** Some are found by who reads every row, not by a start. */
  readonly isSeenAtStart: boolean;
  readonly words: RegExp;
  spoil(files: StoreFiles, random: Random): void;
}

const CLOSED = { isKilled: false, isSeenAtStart: true } as const;
const KILLED = { isKilled: true, isSeenAtStart: true } as const;
const LOSS = /acknowledged events are missing/;
const TEXT = 'Numbered';
const INDEXED = 'torture-0-';

export const DAMAGES: readonly Damage[] = [
  {
    ...CLOSED,
    name: 'emptied',
    words: /missing or empty/,
    spoil: ({ database }) => truncateSync(database, 0),
  },
  {
    ...CLOSED,
    name: 'cut in half',
    words: /ends after \d+ of \d+ bytes/,
    spoil: ({ database }) => truncateSync(database, Math.floor(read(database).length / 2)),
  },
  {
    ...CLOSED,
    name: 'without its header',
    words: /header is not that of an SQLite database/,
    spoil: ({ database }) => writeFileSync(database, read(database).fill(0, 0, 100)),
  },
  {
    ...CLOSED,
    name: 'pages of garbage',
    words: /Tree \d+|malformed/,
    spoil({ database }) {
      const bytes = read(database);
      writeFileSync(database, bytes.fill('garbage!', 4096 * 4, bytes.length - 4096));
    },
  },
  {
    ...KILLED,
    name: 'a bit flipped in the log',
    words: LOSS,
    spoil: ({ wal }, random) => flipBit(wal, Math.floor(read(wal).length / 2), random),
  },
  {
    ...KILLED,
    name: 'the log cut to 60 %',
    words: LOSS,
    spoil: ({ wal }) => truncateSync(wal, Math.floor(read(wal).length * 0.6)),
  },
  { ...KILLED, name: 'the log deleted', words: LOSS, spoil: ({ wal }) => rmSync(wal) },
  {
    ...KILLED,
    name: 'garbage for a log',
    words: LOSS,
    spoil: ({ wal }) => writeFileSync(wal, 'not a log '.repeat(5000)),
  },
  {
    ...CLOSED,
    name: 'a bit flipped in a text',
    isSeenAtStart: false,
    words: /stored at position \d+ is not what was written/,
    spoil: ({ database }, random) => flipText(database, TEXT, random),
  },
  {
    ...CLOSED,
    name: 'a bit flipped in an index',
    words: /row \d+ missing from index threads_name/,
    spoil: ({ database }, random) => flipIndex(database, random),
  },
  {
    ...CLOSED,
    name: 'written by a newer build',
    words: /newer Organoscope|this build knows/,
    spoil({ database }) {
      const db = new Database(database);
      db.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('later', 9e15)");
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.close();
    },
  },
  {
    ...CLOSED,
    name: "another program's database",
    words: /another history/,
    spoil({ dataDir, database }) {
      const foreign = `${dataDir}/foreign.db`;
      const db = new Database(foreign);
      db.exec('CREATE TABLE shopping (item TEXT); INSERT INTO shopping VALUES (1)');
      db.close();
      cpSync(foreign, database);
      rmSync(foreign);
    },
  },
];

function read(file: string): Buffer {
  return readFileSync(file);
}

function flipBit(file: string, at: number, random: Random): void {
  const bytes = read(file);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(0, 7));
  writeFileSync(file, bytes);
}

/** A letter of one event's text, which no index holds. */
function flipText(database: string, text: string, random: Random): void {
  const bytes = read(database);
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at);
  const at = random.pick(places.slice(1));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(database, bytes);
}

/** A letter of a thread's name, in its index alone. */
function flipIndex(database: string, random: Random): void {
  const db = new Database(database, { readonly: true });
  const pages = db
    .prepare<[], number>("SELECT pageno FROM dbstat WHERE name = 'threads_name'")
    .pluck()
    .all();
  const pageSize = Number(db.pragma('page_size', { simple: true }));
  db.close();
  for (const suffix of ['-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true });
  const bytes = read(database);
  const places = pages.flatMap((page) => {
    const at = bytes.indexOf(INDEXED, (page - 1) * pageSize);
    return at >= 0 && at < page * pageSize ? [at] : [];
  });
  const at = random.pick(places);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(database, bytes);
}

export function spoil(damage: Damage, dataDir: string, random: Random): void {
  damage.spoil(storeFiles(dataDir), random);
}
