import net from 'node:net';

import { afterEach, describe, expect, test, vi } from 'vitest';

import { sendCommand } from '../agentserver/control.ts';
import type {
  FakeAnswer,
  FakeRequest,
  FakeUpstream,
} from '../agentserver/testing/fake-upstream.ts';
import { startFakeUpstream } from '../agentserver/testing/fake-upstream.ts';
import type { RestClient } from './rest-client.ts';
import { createRestClient } from './rest-client.ts';
import { parseUpstreamUrl } from './upstream-url.ts';

const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function start(
  answer: (request: FakeRequest) => FakeAnswer | null,
  timeoutMs?: number,
): Promise<{ upstream: FakeUpstream; rest: RestClient }> {
  const upstream = await startFakeUpstream({ answer });
  return { upstream, rest: clientOf(upstream.url, timeoutMs, () => upstream.stop()) };
}

function clientOf(url: string, timeoutMs?: number, stop?: () => Promise<void>): RestClient {
  const rest = createRestClient({
    url: parseUpstreamUrl(url),
    apiKey: 'key-1',
    source: 'test',
    timeoutMs,
  });
  stops.push(stop ?? (() => undefined), () => rest.close());
  return rest;
}

describe('a reading', () => {
  test('carries no key, and its query', async () => {
    const { upstream, rest } = await start(() => ({ body: { ok: true } }));
    expect(await rest.get('/agents', { limit: 5 })).toEqual({ ok: true });
    expect(upstream.requests[0]).toMatchObject({ path: '/agents', authorization: undefined });
    expect(upstream.requests[0]?.query.get('limit')).toBe('5');
  });

  test.for([
    ['a status that is no success', { status: 500, body: 'Internal Server Error' }, 'status'],
    [
      'a redirect',
      { status: 307, body: '', headers: { location: 'http://169.254.169.254/' } },
      'status',
    ],
    ['text that is no JSON', { body: '<html>' }, 'unreadable'],
    ['a bare word', { body: '{"a":None}' }, 'unreadable'],
    ['depth of 1,000,000', { body: '['.repeat(1_000_000) }, 'unreadable'],
  ] as const)('%s is an error with a code', async ([, answer, code]) => {
    const { rest } = await start(() => answer);
    await expect(rest.get('/x')).rejects.toMatchObject({ code });
  });

  test('follows no redirect', async () => {
    const other = await startFakeUpstream({ answer: () => ({ body: {} }) });
    stops.push(() => other.stop());
    const { rest } = await start(() => ({
      status: 307,
      body: '',
      headers: { location: other.url },
    }));
    await expect(rest.get('/x')).rejects.toMatchObject({ status: 307 });
    expect(other.requests).toEqual([]);
  });

  test('ends when the answer does not come', async () => {
    const { rest } = await start(() => null, 50);
    await expect(rest.get('/x')).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('ends when the body never does', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[');
      const chunk = Buffer.alloc(1024 * 1024, 0x20);
      const pour = () => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', pour);
      pour();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const rest = clientOf(`http://127.0.0.1:${port}`, undefined, async () => {
      server.close();
    });
    await expect(rest.get('/x')).rejects.toMatchObject({
      code: 'unreadable',
      reject: { reason: 'too-large' },
    });
  });

  test('of a closed client ends at once', async () => {
    const { rest } = await start(() => null);
    const reading = rest.get('/x');
    rest.close();
    await expect(reading).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('a command', () => {
  test('carries the key and is sent exactly once', async () => {
    const { upstream, rest } = await start(() => ({ body: { threadId: 't', messageId: 'm' } }));
    const outcome = await sendCommand(rest, {
      kind: 'inject',
      to: 'planner',
      payload: { Plan: { goal: 'ü' } },
      threadId: null,
    });
    expect(outcome).toEqual({
      kind: 'answered',
      status: 200,
      body: { threadId: 't', messageId: 'm' },
    });
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.requests[0]).toMatchObject({
      method: 'POST',
      path: '/inject',
      authorization: 'Bearer key-1',
      body: '{"to":"planner","payload":{"Plan":{"goal":"ü"}}}',
    });
  });

  test.for([
    [{ kind: 'kill', threadId: 'a/b ?#' }, '/threads/a%2Fb%20%3F%23/kill'],
    [{ kind: 'pause', agent: 'planner' }, '/agents/planner/pause'],
    [{ kind: 'resume', agent: '%2e%2e' }, '/agents/%252e%252e/resume'],
    [{ kind: 'reload' }, '/organism/reload'],
    [{ kind: 'stop' }, '/organism/stop'],
  ] as const)('%j goes to its route', async ([command, path]) => {
    const { upstream, rest } = await start(() => ({ body: {} }));
    await sendCommand(rest, command);
    expect(upstream.requests.map((request) => request.path)).toEqual([path]);
  });

  test.for(['..', '.', ''])(
    'a name like "%s" would be another route: nothing is sent',
    async (agent) => {
      const { upstream, rest } = await start(() => ({ body: {} }));
      expect(await sendCommand(rest, { kind: 'pause', agent })).toMatchObject({ kind: 'not-sent' });
      expect(upstream.requests).toEqual([]);
    },
  );

  test('whose answer does not come has an unknown outcome and is not repeated', async () => {
    const { upstream, rest } = await start(() => null, 80);
    expect(await sendCommand(rest, { kind: 'stop' })).toMatchObject({ kind: 'unknown' });
    expect(upstream.requests).toHaveLength(1);
  });

  test('whose connection is cut after it was sent has an unknown outcome', async () => {
    let heard = 0;
    const server = net.createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', () => {
        heard += 1;
        socket.resetAndDestroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const rest = clientOf(`http://127.0.0.1:${port}`, undefined, async () => {
      server.close();
    });
    expect(await sendCommand(rest, { kind: 'reload' })).toMatchObject({ kind: 'unknown' });
    await vi.waitFor(() => expect(heard).toBe(1));
  });

  test('that finds no server was not sent', async () => {
    const { upstream, rest } = await start(() => ({ body: {} }));
    await upstream.drop();
    expect(await sendCommand(rest, { kind: 'reload' })).toEqual({
      kind: 'not-sent',
      reason: 'connection refused',
    });
  });

  test('keeps an answer that is no JSON as text', async () => {
    const { rest } = await start(() => ({ status: 500, body: 'Internal Server Error' }));
    expect(await sendCommand(rest, { kind: 'reload' })).toEqual({
      kind: 'answered',
      status: 500,
      body: 'Internal Server Error',
    });
  });
});
