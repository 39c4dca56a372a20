import Database from 'better-sqlite3';

import { storeFiles } from '#db/sqlite/store-files.ts';
import type { LabAgentServer } from '#lab/agentserver/server.ts';
import { createLabAgentServer } from '#lab/agentserver/server.ts';

import type { Defer } from '../../bench/cleanup.ts';
import { until } from './waits.ts';

const SETTLE_LIMIT_MS = 30_000;

/** Artificial upstreams that push on their own sockets while a test breaks the server. */
export interface LabUpstreams {
  readonly list: readonly Upstream[];
  /** `--source` arguments for the server. */
  readonly args: readonly string[];
  /** Stops the pushing and waits until the server at `url` has read all there is. */
  settle(url: string, limitMs?: number): Promise<void>;
  /** What the stopped store has of what the upstreams ever said. */
  audit(dataDir: string): LabAudit;
}

export interface LabAudit {
  readonly said: number;
  readonly lost: number;
  readonly doubled: number;
  readonly phantom: number;
  /** Tokens of the bill minus tokens of the calls. */
  readonly tokensDelta: number;
}

export interface Upstream {
  /** Of its source and its organism alike. */
  readonly name: string;
  readonly lab: LabAgentServer;
}

export async function startUpstreams(
  defer: Defer,
  {
    count,
    rate,
    seed,
    link = (url) => Promise.resolve(url),
  }: {
    count: number;
    rate: number;
    seed: number;
    /** Puts something between the server and an upstream. @returns what the server dials */
    link?: (url: string, index: number) => Promise<string>;
  },
): Promise<LabUpstreams> {
  const upstreams: Upstream[] = [];
  const args: string[] = [];
  for (let i = 1; i <= count; i += 1) {
    const name = `lab-${i}`;
    const lab = createLabAgentServer({ name, rate, seed: seed + i, usageIds: 'clock' });
    const { url } = await lab.start();
    defer(() => lab.stop());
    upstreams.push({ name, lab });
    args.push('--source', `${name}=agentserver+${await link(url, i - 1)}`);
  }
  return {
    list: upstreams,
    args,
    async settle(url, limitMs = SETTLE_LIMIT_MS) {
      for (const { lab } of upstreams) lab.setRate(0);
      for (const { name, lab } of upstreams) {
        const { record } = lab;
        await until(limitMs, `all messages and calls of ${name} read`, async () => {
          const query = `?organism=${name}&limit=1`;
          const messages = await readTotal(`${url}/api/v1/messages${query}`);
          const calls = await readTotal(`${url}/api/v1/usage/history${query}`);
          return messages >= record.messageIds.length && calls >= record.calls.length;
        });
      }
    },
    audit(dataDir) {
      const db = new Database(storeFiles(dataDir).database, { readonly: true });
      try {
        return upstreams.map((upstream) => auditOne(db, upstream)).reduce(add);
      } finally {
        db.close();
      }
    },
  };
}

function auditOne(db: Database.Database, { name, lab }: Upstream): LabAudit {
  const { messageIds, calls } = lab.record;
  const keys = db
    .prepare<[string], string>(
      `SELECT journal.key FROM journal JOIN sources ON sources.id = journal.source_id
       WHERE sources.name = ? AND journal.key LIKE 'message:%'`,
    )
    .pluck()
    .all(name);
  const bill = db
    .prepare<[string], { calls: number; tokens: number | null }>(
      `SELECT count(*) AS calls,
         sum(input_fresh + cache_read + cache_write + output_visible + reasoning) AS tokens
       FROM usage WHERE organism_id = (SELECT id FROM organisms WHERE name = ?)`,
    )
    .get(name);
  const stored = new Set(keys);
  const promised = new Set(messageIds.map((id) => `message:${id}`));
  const billed = bill?.calls ?? 0;
  const tokens = calls.reduce((sum, call) => sum + call.promptTokens + call.completionTokens, 0);
  return {
    said: promised.size + calls.length,
    lost: countMissing(promised, stored) + Math.max(0, calls.length - billed),
    doubled: keys.length - stored.size + Math.max(0, billed - calls.length),
    phantom: countMissing(stored, promised),
    tokensDelta: Math.abs((bill?.tokens ?? 0) - tokens),
  };
}

function countMissing(wanted: ReadonlySet<string>, there: ReadonlySet<string>): number {
  return [...wanted].filter((key) => !there.has(key)).length;
}

function add(a: LabAudit, b: LabAudit): LabAudit {
  return {
    said: a.said + b.said,
    lost: a.lost + b.lost,
    doubled: a.doubled + b.doubled,
    phantom: a.phantom + b.phantom,
    tokensDelta: a.tokensDelta + b.tokensDelta,
  };
}

async function readTotal(url: string): Promise<number> {
  const response = await fetch(url);
  const { total } = (await response.json()) as { total: number };
  return total;
}
