import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

import { storeFiles } from '#db/sqlite/store-files.ts';
import { createLabAgentServer } from '#lab/agentserver/server.ts';
import { openLiveClient } from '#server/testing/live-client.ts';

import { isAtLeast, isExactly } from './kit/bars.ts';
import type { Flaw } from './kit/flaws.ts';
import { keyOf } from './kit/numbered-events.ts';
import { pushBatch, writeBatch } from './kit/push.ts';
import { attachStrace } from './kit/strace.ts';
import type { SyncRule, SyncVerdict } from './kit/sync-audit.ts';
import { auditSyncs } from './kit/sync-audit.ts';
import type { SyscallMoment } from './kit/syscall-log.ts';
import { readSyscalls } from './kit/syscall-log.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import type { Victim } from './kit/victim.ts';
import { createVictim } from './kit/victim.ts';
import { within } from './kit/waits.ts';

const ACKS = 400;
const CONTROL_ACKS = 50;
const UPSTREAM_RATE = 300;
/** Long enough for a page of the log and for a frame to a browser. */
const MAX_STRING_CHARS = 262_144;
const SHOWN_LIMIT_MS = 60_000;
/** Six digits from here on: no number is the beginning of another. */
const FIRST_NUMBER = 100_000;

export const test: TortureTest = {
  id: 'B03',
  title: 'sync-before-ack',
  isFast: true,
  needs: ['linux', 'root', { tool: 'strace' }],
  async run(context) {
    const pushed = await auditPushes(context, ACKS, []);
    const shown = await auditShown(context);
    const control = await auditPushes(context, CONTROL_ACKS, ['synchronous-normal']);
    return {
      load: `system calls of ${ACKS} answers to POSTs and ${ACKS} messages shown to a browser`,
      counts: null,
      bars: [
        isExactly('answers judged', pushed.judged, ACKS),
        isExactly('answered before the sync', pushed.early, 0),
        isAtLeast('shown messages judged', shown.judged, ACKS),
        isExactly('shown before the sync', shown.early, 0),
      ],
      control: {
        name: 'synchronous=NORMAL',
        bar: isExactly('answered before the sync', control.early, 0),
      },
    };
  },
};

/** One event a request, one request at a time: the n-th answer is that of the n-th event. */
async function auditPushes(
  context: TortureContext,
  acks: number,
  flaws: readonly Flaw[],
): Promise<SyncVerdict> {
  const dataDir = path.join(context.dir, `pushed-${flaws.join('-') || 'sound'}`);
  const victim = createVictim({ dataDir, flaws, defer: context.defer });
  const { url } = await victim.start();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  let answered = 0;
  const verdict = await traced(context, victim, {
    pattern: /w0:\d{6}/g,
    ackedBy({ path: target, text }) {
      if (!isSocket(target) || !text.includes('HTTP/1.1 200')) return [];
      answered += 1;
      return [keyOf({ writer: 0, n: FIRST_NUMBER + answered - 1 })];
    },
    async load() {
      for (let i = 0; i < acks; i += 1) {
        const outcome = await pushBatch(url, writeBatch(0, FIRST_NUMBER + i, 1), agent);
        if (!('answer' in outcome)) throw new Error(`${outcome.status}: ${outcome.text}`);
      }
    },
  });
  agent.destroy();
  return verdict;
}

/** What an upstream pushes is acknowledged to nobody: the moment that counts is when it is shown. */
async function auditShown(context: TortureContext): Promise<SyncVerdict> {
  const lab = createLabAgentServer({ seed: context.seed, rate: 0, usageIds: 'clock' });
  const { url: upstream } = await lab.start();
  context.defer(() => lab.stop());
  const victim = createVictim({
    dataDir: path.join(context.dir, 'shown'),
    args: ['--source', `desk=agentserver+${upstream}`],
    defer: context.defer,
  });
  const { url } = await victim.start();
  const browser = await openLiveClient(url, 'desk');
  context.defer(() => browser.close());
  const pattern = /message:[0-9a-f-]{36}/g;
  return traced(context, victim, {
    pattern,
    ackedBy: ({ path: target, text }) =>
      isSocket(target) ? [...text.matchAll(pattern)].map(([mark]) => mark) : [],
    async load() {
      lab.setRate(UPSTREAM_RATE);
      const shown = browser.until(
        () => browser.shown.filter(({ type }) => type === 'message').length >= ACKS,
      );
      await within(SHOWN_LIMIT_MS, `${ACKS} messages shown`, shown);
      lab.setRate(0);
    },
  });
}

/** Plays a load with the server under strace, stops it, and judges what strace saw. */
async function traced(
  { defer }: TortureContext,
  victim: Victim,
  plan: Pick<SyncRule, 'pattern' | 'ackedBy'> & { load: () => Promise<void> },
): Promise<SyncVerdict> {
  const log = `${victim.dataDir}.strace`;
  const calls = 'trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg';
  const args = ['-y', '-s', String(MAX_STRING_CHARS), '-e', calls, '-o', log];
  const strace = await attachStrace(victim.process().pid, args, defer);
  await plan.load();
  await strace.detach();
  const { wal, marks } = storeFiles(victim.dataDir);
  await victim.end('SIGTERM');
  const moments: Iterable<SyscallMoment> = readSyscalls(readFileSync(log, 'latin1').split('\n'));
  return auditSyncs(moments, { ...plan, wal, marks });
}

function isSocket(target: string): boolean {
  return target.startsWith('socket:') || target.startsWith('TCP');
}
