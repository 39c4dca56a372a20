import { closeSync, fdatasyncSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

import { syncDirectory } from './store-files.ts';

/**
 * The high-water mark: a record of each commit in a file of its own, on the disk before the commit
 * is acknowledged. SQLite drops what follows a damaged page of its log without a word; beside this
 * file the loss shows. Records are overwritten in turn, so the file never grows.
 */
export interface CommitMark {
  /** Counts every transaction of the store, whatever it wrote. */
  readonly commitNo: number;
  readonly lastSeq: number;
}

export interface CommitMarks {
  /** Returns once the disk has it. @throws the file system's error */
  write(mark: CommitMark): void;
  close(): void;
}

const RECORD_BYTES = 64;
const RECORDS = 1024;
const MAGIC = 0x4f534d31;
const OFFSETS = { magic: 0, epoch: 4, commitNo: 8, lastSeq: 16, chain: 24, check: 60 } as const;

/** Goes on from the records of this epoch; others are of a store that is not here any more. */
export function openCommitMarks(path: string, epoch: string): CommitMarks {
  const records = readCommitMarks(path);
  let chain = newestMark(records, epoch)?.chain ?? 0;
  if (records.length === 0) allocate(path);
  const file = openSync(path, 'r+');
  const record = Buffer.alloc(RECORD_BYTES);
  record.writeUInt32LE(MAGIC, OFFSETS.magic);
  record.writeUInt32LE(crc32(epoch), OFFSETS.epoch);

  return {
    write({ commitNo, lastSeq }) {
      record.writeDoubleLE(commitNo, OFFSETS.commitNo);
      record.writeDoubleLE(lastSeq, OFFSETS.lastSeq);
      chain = crc32(record.subarray(0, OFFSETS.chain), chain);
      record.writeUInt32LE(chain, OFFSETS.chain);
      record.writeUInt32LE(crc32(record.subarray(0, OFFSETS.check)), OFFSETS.check);
      writeSync(file, record, 0, RECORD_BYTES, (commitNo % RECORDS) * RECORD_BYTES);
      fdatasyncSync(file);
    },
    close() {
      closeSync(file);
    },
  };
}

/** What the file says of one commit. */
export interface MarkRecord extends CommitMark {
  readonly epochCheck: number;
  /** Over this record and all before it. */
  readonly chain: number;
}

/** Null when none is of this epoch. */
export function newestMark(records: readonly MarkRecord[], epoch: string): MarkRecord | null {
  const epochCheck = crc32(epoch);
  const own = records.filter((record) => record.epochCheck === epochCheck);
  return own.toSorted((a, b) => b.commitNo - a.commitNo)[0] ?? null;
}

/** None where there is no file. A record that a power cut tore was never acknowledged: it is passed over. */
export function readCommitMarks(path: string): MarkRecord[] {
  const bytes = readIfThere(path);
  const records: MarkRecord[] = [];
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const record = bytes.subarray(at, at + RECORD_BYTES);
    if (record.readUInt32LE(OFFSETS.magic) !== MAGIC) continue;
    if (record.readUInt32LE(OFFSETS.check) !== crc32(record.subarray(0, OFFSETS.check))) continue;
    records.push({
      epochCheck: record.readUInt32LE(OFFSETS.epoch),
      commitNo: record.readDoubleLE(OFFSETS.commitNo),
      lastSeq: record.readDoubleLE(OFFSETS.lastSeq),
      chain: record.readUInt32LE(OFFSETS.chain),
    });
  }
  return records;
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return Buffer.alloc(0);
    throw error;
  }
}

/** All its blocks at once, so that a full disk does not get in the way of a later record. */
function allocate(path: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, Buffer.alloc(RECORDS * RECORD_BYTES));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncDirectory(dirname(path));
}
