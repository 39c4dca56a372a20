import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createLabAgentServer } from '#lab/agentserver/server.ts';

import { loadControlKey } from '../safety/key.ts';
import { startServer } from '../testing/process.ts';

const DRAFT = {
  key: 'k1',
  occurredAt: 1_700_000_000_000,
  type: 'error',
  threadId: null,
  agent: null,
  text: 'an error',
  severity: 'error',
};

describe('a served store', () => {
  let data = '';
  beforeEach(() => {
    data = mkdtempSync(path.join(os.tmpdir(), 'organoscope-upkeep-'));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  async function post(url: string): Promise<Response> {
    const { value } = loadControlKey({ configured: undefined, dataDir: data });
    return fetch(`${url}/api/v1/events?source=mine`, {
      method: 'POST',
      headers: { authorization: `Bearer ${value}`, 'content-type': 'application/json' },
      body: JSON.stringify(DRAFT),
    });
  }

  async function getJson(url: string): Promise<unknown> {
    return (await fetch(url)).json();
  }

  it('on a nearly full disk refuses with 507, holds its sources, and still stops cleanly', async () => {
    const lab = createLabAgentServer({ rate: 50, seed: 3 });
    const { url: upstream } = await lab.start();
    const source = ['--source', `desk=agentserver+${upstream}`];
    const server = await startServer(['--data', data, ...source, '--disk-refuse', '1000TiB']);
    const refused = await post(server.url);
    expect(refused.status).toBe(507);
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('bytes left') });
    expect(await getJson(`${server.url}/readyz`)).toMatchObject({ status: 'disk-full' });
    expect(await getJson(`${server.url}/api/v1/sources`)).toMatchObject({
      sources: [
        { counts: { received: 0 }, notices: [expect.stringContaining('Paused. The disk')] },
      ],
    });
    expect(await server.kill('SIGTERM')).toBe(0);

    // The control: with room, the same event is taken and the same source delivers.
    const again = await startServer(['--data', data, ...source]);
    expect((await post(again.url)).status).toBe(200);
    await vi.waitFor(
      async () =>
        expect(await getJson(`${again.url}/api/v1/sources`)).toMatchObject({
          sources: [{ notices: [], counts: { accepted: expect.any(Number) } }, {}],
        }),
      { timeout: 20_000 },
    );
    expect(await again.kill('SIGTERM')).toBe(0);
    await lab.stop();
  });

  it('tells programs about itself on loopback, and elsewhere only with the key', async () => {
    const key = 'a-key-of-enough-characters';
    const open = await startServer(['--data', data]);
    expect((await fetch(`${open.url}/metrics`)).status).toBe(200);
    await open.kill('SIGTERM');
    const server = await startServer(['--data', data, '--host', '0.0.0.0'], {
      ORGANOSCOPE_KEY: key,
    });
    const url = `${server.url.replace('0.0.0.0', '127.0.0.1')}/metrics`;
    expect((await fetch(url)).status).toBe(401);
    const scrape = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    expect(await scrape.text()).toContain('organoscope_build_info');
    await server.kill('SIGTERM');
  });
});

describe('a stop', () => {
  let data = '';
  beforeEach(() => {
    data = mkdtempSync(path.join(os.tmpdir(), 'organoscope-stop-'));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  it('does not wait for a request that never ends', async () => {
    const server = await startServer(['--data', data]);
    const { hostname, port } = new URL(server.url);
    const slow = connect(Number(port), hostname);
    slow.on('error', () => undefined);
    slow.write('POST /api/v1/events?source=mine HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    await once(slow, 'ready');
    const [code] = await Promise.all([server.kill('SIGTERM'), once(slow, 'close')]);
    expect(code).toBe(0);
  });

  it('asked for twice is at once', async () => {
    const server = await startServer(['--data', data]);
    const { hostname, port } = new URL(server.url);
    const slow = connect(Number(port), hostname);
    slow.on('error', () => undefined);
    slow.write('POST /api/v1/events?source=mine HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    await once(slow, 'ready');
    process.kill(server.pid, 'SIGTERM');
    // Draining: it answers nobody any more, and waits for the slow one.
    await vi.waitFor(() => expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed'));
    expect(await server.kill('SIGTERM')).toBe(1);
    slow.destroy();
  });
});
