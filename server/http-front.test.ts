import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, expect, it } from 'vitest';

import type { TestApi } from './api/test-kit.ts';
import { openTestApi } from './api/test-kit.ts';

let kit: TestApi;
afterEach(() => kit.close());

it('takes only what upstreams post on a further port', async () => {
  kit = await openTestApi();
  const port = await freePort();
  await kit.front.listenForUpstreams(port, '127.0.0.1');
  const at = (path: string, method: string): Promise<number> =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {}),
    }).then((answer) => answer.status);
  expect(await at('/v1/traces', 'POST')).toBe(200);
  expect(await at('/api/v1/agents', 'GET')).toBe(404);
  expect(await at('/api/v1/events', 'POST')).toBe(404);
  expect(await at('/', 'GET')).toBe(404);
});

it('refuses a page whose path has a malformed escape', async () => {
  kit = await openTestApi();
  const at = async (path: string): Promise<number> => (await kit.get(path)).status;
  expect(await at('/agents/%E0%A4%A')).toBe(400);
  expect(await at('/threads/%')).toBe(400);
  // What can be decoded is left to the pages, as is all behind the question mark.
  expect(await at('/agents/%E0%A4%A0?q=%')).not.toBe(400);
});

async function freePort(): Promise<number> {
  const probe = http.createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
