import { describe, expect, it } from 'vitest';

import type { SyncRule } from './sync-audit.ts';
import { auditSyncs } from './sync-audit.ts';
import { readSyscalls } from './syscall-log.ts';

const RULE: SyncRule = {
  wal: '/d/o.db-wal',
  marks: '/d/o.marks',
  pattern: /k\d/g,
  ackedBy: ({ path, text }) =>
    path.startsWith('socket:') ? [...text.matchAll(/k\d/g)].map(([mark]) => mark) : [],
};

const WRITE = '7 pwrite64(3</d/o.db-wal>, "..k1..", 4096, 0) = 4096';
const SYNC = '7 fdatasync(3</d/o.db-wal>) = 0';
const MARK = '7 pwrite64(4</d/o.marks>, "x", 64, 0) = 64';
const MARK_SYNC = '7 fdatasync(4</d/o.marks>) = 0';
const ACK = '5 write(9<socket:[12]>, "HTTP/1.1 200 OK k1", 18) = 18';

const audit = (...lines: string[]) => auditSyncs(readSyscalls(lines), RULE);

describe('the audit of system calls', () => {
  it('passes an acknowledgement after both syncs', () => {
    expect(audit(WRITE, SYNC, MARK, MARK_SYNC, ACK)).toEqual({ judged: 1, early: 0 });
  });

  it.each([
    ['no sync at all', [WRITE, ACK, SYNC, MARK, MARK_SYNC]],
    ['no high-water mark', [WRITE, SYNC, ACK, MARK, MARK_SYNC]],
    ['a mark that is not synced', [WRITE, SYNC, MARK, ACK, MARK_SYNC]],
    ['a mark before the log is synced', [WRITE, MARK, MARK_SYNC, SYNC, ACK]],
    ['an event never seen written', [SYNC, MARK, MARK_SYNC, ACK]],
  ])('flags %s', (_, lines) => {
    expect(audit(...lines)).toEqual({ judged: 1, early: 1 });
  });

  it('flags a sync that began before the write', () => {
    const begun = '7 fdatasync(3</d/o.db-wal> <unfinished ...>';
    const done = '7 <... fdatasync resumed>) = 0';
    const other = '8 pwrite64(3</d/o.db-wal>, "..k1..", 4096, 0) = 4096';
    expect(audit(begun, other, done, MARK, MARK_SYNC, ACK).early).toBe(1);
    expect(audit(other, begun, done, MARK, MARK_SYNC, ACK).early).toBe(0);
  });

  it('flags an acknowledgement while the sync is under way', () => {
    const begun = '7 fdatasync(3</d/o.db-wal> <unfinished ...>';
    const done = '7 <... fdatasync resumed>) = 0';
    expect(audit(WRITE, begun, ACK, done, MARK, MARK_SYNC).early).toBe(1);
  });
});
