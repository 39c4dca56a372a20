import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { TestApi } from '#server/api/test-kit.ts';
import { TEST_KEY, openTestApi } from '#server/api/test-kit.ts';

import { fixture } from '../sources/codex/testing/fixtures.ts';
import { createIngestCommand } from './ingest-command.ts';

const SAVED = fileURLToPath(
  new URL('../sources/codex/testing/fixtures/codex-exec.jsonl', import.meta.url),
);

let kit: TestApi;
beforeEach(async () => {
  kit = await openTestApi();
});
afterEach(() => kit.close());

async function run(
  argv: readonly string[],
  input: Iterable<string> = [],
  env: Record<string, string> = { ORGANOSCOPE_URL: kit.url },
) {
  const through = new PassThrough();
  const said: string[] = [];
  const command = createIngestCommand({ input: Readable.from(input), through });
  const io = {
    say: (line: string) => void said.push(line),
    complain: (line: string) => void said.push(line),
    progress: () => undefined,
  };
  const code = await command.run(argv, env, io);
  through.end();
  const passed = (await through.toArray()).map(String).join('');
  return { code, passed, said: said.join('\n') };
}

async function usage() {
  const events = await kit.store.readEvents({ since: 0, limit: 10_000 });
  return events.filter(({ type }) => type === 'usage');
}

/** A proxy before the server; it may keep an answer, or a request, from its receiver. */
async function startProxy(fate: (nth: number) => 'pass' | 'lose-answer' | 'refuse') {
  let requests = 0;
  const proxy = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests += 1;
      const what = fate(requests);
      if (what === 'refuse') return void response.writeHead(503).end();
      void relay(request.url ?? '', Buffer.concat(chunks), response, what);
    });
  });
  async function relay(
    target: string,
    body: Buffer<ArrayBuffer>,
    response: http.ServerResponse,
    what: string,
  ): Promise<void> {
    const { status, text } = await kit.request('POST', target, { body });
    if (what === 'lose-answer') response.destroy();
    else response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  }
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => proxy.close() };
}

describe('organoscope ingest codex', () => {
  test('hands over a stream cut anywhere, and passes it through', async () => {
    const text = fixture('codex-exec.jsonl');
    const chunks = text.match(/[\s\S]{1,97}/g) ?? [];
    const { code, passed } = await run(['codex', '--tee', '--label', 'mine'], chunks);
    expect(code).toBe(0);
    expect(passed).toBe(text);
    expect(await usage()).toHaveLength(1);
    expect([...(kit.organisms.get('mine')?.threads.values() ?? [])][0]?.status).toBe('completed');
  });

  test('loses nothing and doubles nothing when requests and answers are lost', async () => {
    const proxy = await startProxy(
      (nth) => (['refuse', 'lose-answer', 'pass'] as const)[nth % 3] ?? 'pass',
    );
    const lines = fixture('codex-exec.jsonl').split(/(?<=\n)/);
    const { code } = await run(['codex', '--label', 'mine'], lines, { ORGANOSCOPE_URL: proxy.url });
    proxy.stop();
    expect(code).toBe(0);
    expect(kit.organisms.get('mine')?.counts.messages).toBe(14);
    expect(await usage()).toHaveLength(1);
  });

  test('a saved file again changes nothing', async () => {
    expect((await run(['codex', '--file', SAVED])).code).toBe(0);
    const before = await kit.store.readEvents({ since: 0, limit: 10_000 });
    expect((await run(['codex', '--file', SAVED])).code).toBe(0);
    const upload = await kit.request('POST', '/v1/codex/exec', {
      body: fixture('codex-exec.jsonl'),
    });
    expect(upload.body).toMatchObject({ accepted: 0, isEnded: true });
    expect(await kit.store.readEvents({ since: 0, limit: 10_000 })).toEqual(before);
  });

  test('ends with a code of its own when nobody takes it, and still passes all through', async () => {
    const env = { ORGANOSCOPE_URL: 'http://127.0.0.1:1' };
    const { code, passed, said } = await run(
      ['codex', '--tee', '--wait', '0'],
      ['{}\n', '{}\n'],
      env,
    );
    expect(code).toBe(3);
    expect(passed).toBe('{}\n{}\n');
    expect(said).toContain('not everything was taken');
  });

  test('needs the key of an Organoscope elsewhere', async () => {
    await kit.close();
    kit = await openTestApi({ isLoopbackBound: false });
    const env = { ORGANOSCOPE_URL: kit.url };
    expect(await run(['codex', '--file', SAVED], [], env)).toMatchObject({ code: 3 });
    const keyed = { ...env, ORGANOSCOPE_KEY: TEST_KEY };
    expect(await run(['codex', '--file', SAVED], [], keyed)).toMatchObject({ code: 0 });
  });

  test.each([
    [[], 'expected what to ingest'],
    [['claude'], 'expected what to ingest'],
    [['codex', '--url', 'ftp://x'], '--url: expected a URL with http or https'],
    [['codex', '--wait', 'long'], '--wait: expected seconds'],
    [['codex', '--file', '/nowhere.jsonl'], '--file: ENOENT'],
    [['codex', '--dance'], '--dance'],
  ])('refuses %j by name', async (argv, words) => {
    await expect(run(argv)).rejects.toThrow(words);
  });
});
