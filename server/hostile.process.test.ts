import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { createLabAgentServer } from '#lab/agentserver/server.ts';

import { startHostileUpstream } from './testing/hostile-upstream.ts';
import { startServer } from './testing/process.ts';

interface Counts {
  received: number;
  accepted: number;
  duplicate: number;
  rejected: number;
}

describe('a hostile upstream beside a healthy one', () => {
  it('takes nothing down: the healthy one is whole, the bill answers, every input is counted', async () => {
    const data = mkdtempSync(path.join(os.tmpdir(), 'organoscope-hostile-'));
    const lab = createLabAgentServer({ seed: 3 });
    const healthy = await lab.start();
    lab.step(2000);
    const hostile = await startHostileUpstream('sockets');
    const worse = await startHostileUpstream('readings');
    const server = await startServer([
      `--data=${data}`,
      '--poll-usage-ms=200',
      '--poll-budgets-ms=200',
      `--source=bad=agentserver+${hostile.url}`,
      `--source=worse=agentserver+${worse.url}`,
      `--source=good=agentserver+${healthy.url}`,
    ]);
    const get = async (path_: string): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${server.url}/api/v1${path_}`);
      expect({ path_, status: answer.status }).toEqual({ path_, status: 200 });
      return (await answer.json()) as Record<string, unknown>;
    };
    const countsOf = async (name: string): Promise<Counts> => {
      const { sources } = (await get('/sources')) as {
        sources: { name: string; counts: Counts }[];
      };
      return sources.find((source) => source.name === name)!.counts;
    };

    // The corpus has arrived when its rejects have, and the healthy one when its last message has.
    while ((await countsOf('bad')).rejected < 25);
    lab.step(500);
    while (
      Number((await get('/messages?organism=good&limit=1'))['total']) < lab.record.messageIds.length
    );

    const bad = await countsOf('bad');
    expect(bad.received).toBe(bad.accepted + bad.duplicate + bad.rejected);
    const bill = await get('/usage/billing?organism=bad');
    // Of seven calls one is honest, and one lies only about its cost.
    expect(bill).toMatchObject({ requestCount: 2, totalTokens: 14, unpricedRequests: 0 });
    expect(await get('/usage/billing?organism=worse')).toMatchObject({ totalTokens: 0 });
    for (const route of [
      '/usage/daily',
      '/usage/history',
      '/threads',
      '/agents',
      '/messages',
      '/errors',
    ]) {
      await get(`${route}?organism=bad`);
    }
    const { messages } = (await get('/messages?organism=bad&limit=100')) as {
      messages: { id: string; payload: unknown }[];
    };
    const script = messages.find(({ id }) => id === 'script');
    expect(script?.payload).toEqual({ html: '<img src=x onerror=alert(1)>' });
    expect(messages.map(({ id }) => id)).not.toContain('deep-array');
    expect(await server.kill('SIGTERM')).toBe(0);
    await Promise.all([hostile.stop(), worse.stop()]);
    await lab.stop();
    rmSync(data, { recursive: true, force: true });
  }, 90_000);
});
