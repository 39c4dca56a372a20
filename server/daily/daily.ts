import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import { totalTokens } from '#organism/tokens.ts';
import { threadInName } from '#server/sources/codex/names.ts';

import type { FoundCall } from './found-call.ts';
import type { SessionKind, SharedWork } from './share.ts';
import { readShare } from './share.ts';

const PATTERNS: Readonly<Record<SessionKind, RegExp>> = {
  'claude-code': /\.jsonl$/,
  codex: /^rollout-.*\.jsonl$/,
};
const WORKER = new URL('worker.ts', import.meta.url);
/** Reading is quicker than a disk with this many. */
const MAX_THREADS = 4;
/** A thread costs more to start than it saves on less. */
const MIN_BYTES_A_THREAD = 8 << 20;

/**
 * The calls that session files tell of, each once, without a store and without a server.
 * @throws the file system's error for a folder that cannot be listed
 */
export async function findCalls(kind: SessionKind, root: string): Promise<FoundCall[]> {
  const files = listFiles(root, PATTERNS[kind]);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const threads = Math.min(MAX_THREADS, availableParallelism(), 1 + bytes / MIN_BYTES_A_THREAD);
  const groups = kind === 'codex' ? byThread(files) : files.map(({ path: file }) => [file]);
  const work = { kind, groups, next: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) };
  const elsewhere = Array.from({ length: Math.floor(threads) - 1 }, () => runWorker(work));
  return withoutRepeats([readShare(work), ...(await Promise.all(elsewhere))]);
}

interface SizedFile {
  readonly path: string;
  readonly size: number;
}

function listFiles(root: string, pattern: RegExp): SizedFile[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: file, size: statSync(file, { throwIfNoEntry: false })?.size ?? 0 }));
}

/** Files of one Codex thread count on from each other. */
function byThread(files: readonly SizedFile[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const { path: file } of files) {
    const thread = threadInName(file);
    const group = groups.get(thread) ?? [];
    group.push(file);
    groups.set(thread, group);
  }
  return [...groups.values()];
}

function runWorker(workerData: SharedWork): Promise<FoundCall[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData });
    worker.once('message', resolve).once('error', reject);
  });
}

/** A session that was resumed repeats calls in another file, which another thread may have read. */
function withoutRepeats(parts: readonly (readonly FoundCall[])[]): FoundCall[] {
  if (parts.length === 1) return [...(parts[0] ?? [])];
  const calls = new Map<string, FoundCall>();
  for (const call of parts.flat()) {
    const known = calls.get(call.key);
    const isFuller = known === undefined || totalTokens(call.tokens) > totalTokens(known.tokens);
    if (isFuller) calls.set(call.key, call);
  }
  return [...calls.values()];
}
