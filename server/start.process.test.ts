import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAndFail, startServer } from './testing/process.ts';
import type { Exit } from './testing/program.ts';

describe('a start', () => {
  let data = '';
  beforeEach(() => {
    data = mkdtempSync(path.join(os.tmpdir(), 'organoscope-start-'));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  /** Refused with a plain sentence: no stack trace, and an exit code. */
  function expectRefusal({ code, stderr }: Exit, words: string): void {
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(1);
  }

  it('is refused when the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const { port } = other.address() as AddressInfo;
    const exit = await startAndFail(['--data', data, '--port', String(port)]);
    other.close();
    expectRefusal(exit, `port ${port} on 127.0.0.1 is taken by another program`);
  });

  it('is refused when the data directory cannot be made', async () => {
    const file = path.join(data, 'file');
    writeFileSync(file, '');
    const exit = await startAndFail(['--data', path.join(file, 'below'), '--port', '0']);
    expectRefusal(exit, 'cannot make the directory');
  });

  it('is refused when another instance uses the data directory, until that one is gone', async () => {
    const first = await startServer(['--data', data]);
    const exit = await startAndFail(['--data', data, '--port', '0']);
    expectRefusal(exit, `Another Organoscope already uses the data directory ${data}`);
    await first.kill('SIGKILL');
    const second = await startServer(['--data', data]);
    expect(await second.kill('SIGTERM')).toBe(0);
  });

  it('is refused when the store is damaged, and leaves it as it is', async () => {
    const first = await startServer(['--data', data]);
    await first.kill('SIGTERM');
    const store = path.join(data, 'organoscope.db');
    writeFileSync(store, 'not a database');
    const exit = await startAndFail(['--data', data, '--port', '0']);
    expectRefusal(exit, store);
    expect(statSync(store).size).toBe('not a database'.length);
  });

  it.each([['0.0.0.0'], ['::']])('is refused on %s without a key', async (host) => {
    const exit = await startAndFail(['--data', data, '--host', host, '--port', '0']);
    expectRefusal(exit, 'set ORGANOSCOPE_KEY');
  });

  it('on every address with a key lets nobody read without it', async () => {
    const key = 'a-key-of-enough-characters';
    const server = await startServer(['--data', data, '--host', '0.0.0.0'], {
      ORGANOSCOPE_KEY: key,
    });
    const url = server.url.replace('0.0.0.0', '127.0.0.1');
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${url}/api/v1/organisms`, { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer wrong' })).toBe(403);
    expect(await status({ authorization: `Bearer ${key}` })).toBe(200);
    await server.kill('SIGTERM');
  });

  it('makes a control key once, readable by its owner only', async () => {
    const first = await startServer(['--data', data]);
    await first.kill('SIGTERM');
    const made = statSync(path.join(data, 'key'));
    expect(made.mode & 0o777).toBe(0o600);
    const second = await startServer(['--data', data]);
    await second.kill('SIGTERM');
    expect(statSync(path.join(data, 'key')).mtimeMs).toBe(made.mtimeMs);
  });

  it('gives a browser the right to send commands once per login link', async () => {
    const server = await startServer(['--data', data]);
    const first = await fetch(server.loginUrl, { redirect: 'manual' });
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict; Path=\//);
    const again = await fetch(server.loginUrl, { redirect: 'manual' });
    expect(again.headers.get('set-cookie')).toBeNull();
    await server.kill('SIGTERM');
  });
});
