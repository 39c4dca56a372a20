import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createRandom } from '#lab/agentserver/random.ts';

import type { FaultProxy } from './fault-proxy.ts';
import { createFaultProxy } from './fault-proxy.ts';

const ANSWER = 'x'.repeat(200_000);

describe('the fault proxy', () => {
  let asked = 0;
  const behind = http.createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      asked += 1;
      response.end(ANSWER);
    });
  });
  let proxy: FaultProxy;
  let url = '';
  beforeEach(async () => {
    asked = 0;
    await new Promise<void>((resolve) => {
      behind.listen(0, '127.0.0.1', resolve);
    });
    const { port } = behind.address() as AddressInfo;
    proxy = createFaultProxy({ target: () => `http://127.0.0.1:${port}`, random: createRandom(1) });
    ({ url } = await proxy.start());
  });
  afterEach(async () => {
    await proxy.stop();
    behind.closeAllConnections();
    await new Promise((resolve) => {
      behind.close(resolve);
    });
  });

  /** The length of the answer, or the code of the error. */
  const ask = (): Promise<number | string> =>
    new Promise((resolve) => {
      const request = http.request(url, { method: 'POST', agent: false }, (response) => {
        let length = 0;
        response.on('data', (chunk: Buffer) => (length += chunk.length));
        response.once('end', () => resolve(length));
        response.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      });
      request.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      request.end('question');
    });

  it.each([
    { kind: 'none' },
    { kind: 'latency', ms: 5 },
    { kind: 'rate', bytesPerSecond: 5_000_000 },
  ] as const)('passes all with $kind', async (fault) => {
    proxy.setFault(fault);
    expect(await ask()).toBe(ANSWER.length);
  });

  it('lets the request through and drops the answer', async () => {
    proxy.setFault({ kind: 'swallow-response', chance: 1 });
    expect(await ask()).toBe('ECONNRESET');
    expect(asked).toBe(1);
    expect(proxy.counts().swallowed).toBe(1);
  });

  it('cuts a connection in the middle of an answer', async () => {
    proxy.setFault({ kind: 'cut-after', bytes: 1000 });
    expect(await ask()).toBe('ECONNRESET');
    expect(proxy.counts().cut).toBe(1);
  });

  it('says nothing to either side when half open, until dropped', async () => {
    proxy.setFault({ kind: 'half-open' });
    const answer = ask();
    while (proxy.counts().bytesUp === 0) await new Promise(setImmediate);
    proxy.dropAll('reset');
    expect(await answer).toBe('ECONNRESET');
    expect(asked).toBe(0);
  });
});
