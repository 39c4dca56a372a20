import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { LabAgentServer } from '#lab/agentserver/server.ts';
import { createLabAgentServer } from '#lab/agentserver/server.ts';
import type { JournalEvent } from '#organism/event.ts';

import { openLiveClient } from './testing/live-client.ts';
import type { ServerProcess } from './testing/process.ts';
import { startServer } from './testing/process.ts';

const KILLS = 10;
/** Events a browser has seen before each kill: another moment of the work every time. */
const SHOWN_BEFORE_KILL = [1, 3, 10, 40, 100, 200, 7, 60, 150, 300];

describe('kill -9 during load', () => {
  const data = mkdtempSync(path.join(os.tmpdir(), 'organoscope-kill-'));
  let lab: LabAgentServer;
  let upstream = '';
  beforeAll(async () => {
    lab = createLabAgentServer({ rate: 400, seed: 11 });
    ({ url: upstream } = await lab.start());
  });
  afterAll(async () => {
    await lab.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const start = (): Promise<ServerProcess> =>
    startServer(['--data', data, '--source', `desk=agentserver+${upstream}`]);

  it('loses nothing that was shown, and doubles nothing', { timeout: 120_000 }, async () => {
    const shown = new Map<number, JournalEvent>();
    for (let round = 0; round < KILLS; round += 1) {
      const server = await start();
      const client = await openLiveClient(server.url, 'desk');
      await client.until(() => client.shown.length >= (SHOWN_BEFORE_KILL[round] ?? 1));
      await server.kill('SIGKILL');
      for (const event of client.shown) shown.set(event.seq, event);
    }
    lab.setRate(0);

    const server = await start();
    const messageIds = await readAll<{ id: string; seq: number }>(
      `${server.url}/api/v1/messages`,
      'messages',
      lab.record.messageIds.length,
    );
    const ids = messageIds.map(({ id }) => id);
    expect(new Set(ids).size, 'a message twice').toBe(ids.length);
    expect(ids.toSorted()).toEqual(lab.record.messageIds.toSorted());

    const bySeq = new Map(messageIds.map(({ id, seq }) => [seq, id]));
    const lost = [...shown.values()].filter(
      (event) => event.type === 'message' && bySeq.get(event.seq) !== event.id,
    );
    expect(lost, 'shown before a kill, gone after it').toEqual([]);

    const calls = await readAll<{ totalTokens: number }>(
      `${server.url}/api/v1/usage/history`,
      'events',
      lab.record.calls.length,
    );
    const billing = await getJson(`${server.url}/api/v1/usage/billing`);
    const upstreamTokens = lab.record.calls.reduce(
      (sum, call) => sum + call.promptTokens + call.completionTokens,
      0,
    );
    expect(calls).toHaveLength(lab.record.calls.length);
    expect(billing['requestCount']).toBe(lab.record.calls.length);
    expect(billing['totalTokens']).toBe(upstreamTokens);

    const { sources } = await getJson(`${server.url}/api/v1/sources`);
    const [{ counts }] = sources as { counts: Record<string, number> }[] as [
      { counts: Record<string, number> },
    ];
    expect(counts['received']).toBe(
      counts['accepted']! + counts['duplicate']! + counts['rejected']!,
    );
    expect(await server.kill('SIGTERM')).toBe(0);
  });
});

async function getJson(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url);
  return (await response.json()) as Record<string, unknown>;
}

/** Reads every page, again and again until the expected number has arrived by backfill. */
async function readAll<T>(url: string, field: string, expected: number): Promise<T[]> {
  for (;;) {
    const { total } = await getJson(`${url}?limit=1`);
    if (Number(total) >= expected) break;
  }
  const rows: T[] = [];
  for (let offset = 0; ; offset += 100) {
    const page = await getJson(`${url}?limit=100&offset=${offset}`);
    const part = page[field] as T[];
    rows.push(...part);
    if (part.length < 100) return rows;
  }
}
