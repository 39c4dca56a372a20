import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { makeBatch, makeDataDir, makeUsage, openTestStore } from '#db/sqlite/store-fixtures.ts';

import { runCommand } from './run-command.ts';

async function run(...argv: string[]) {
  const said: string[] = [];
  const complaints: string[] = [];
  const code = await runCommand(
    argv,
    {},
    {
      say: (line) => said.push(line),
      complain: (line) => complaints.push(line),
      progress: () => undefined,
    },
  );
  return { code, said: said.join('\n'), complaints: complaints.join('\n') };
}

async function makeStore(): Promise<string> {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  const unpriced = makeUsage('u2', { model: 'secret-sauce', costNanos: null, price: null });
  await store.append(makeBatch([makeUsage('u1'), unpriced]));
  await store.close();
  return dataDir;
}

describe('the commands of a keeper', () => {
  it.each(['backup', 'restore', 'doctor', 'ingest', 'daily'])(
    '%s says what it does and takes',
    async (name) => {
      for (const flag of ['--help', '-h']) {
        const { code, said } = await run(name, flag);
        expect(code).toBe(0);
        expect(said).toContain(`organoscope ${name}`);
        expect(said).toMatch(/exit code: 0 /);
      }
    },
  );

  it('back up, look, lose everything, restore', async () => {
    const data = await makeStore();
    const file = join(await makeDataDir(), 'b.db');
    expect(await run('backup', file, '--data', data)).toMatchObject({ code: 0 });
    const healthy = await run('doctor', '--data', data);
    expect(healthy).toMatchObject({ code: 0 });
    expect(healthy.said).toMatch(/: healthy/);
    expect(healthy.said).toMatch(/secret-sauce: 1 of 1 calls/);
    expect(healthy.said).toContain(file);

    truncateSync(join(data, 'organoscope.db'), 0);
    const damaged = await run('doctor', '--data', data);
    expect(damaged).toMatchObject({ code: 1 });
    expect(damaged.said).toMatch(/DAMAGED: .*missing or empty/);

    expect(await run('restore', file, '--data', data)).toMatchObject({ code: 0 });
    expect(await run('doctor', '--data', data)).toMatchObject({ code: 0 });
  });

  it('give a backup a name of its own when none is asked for', async () => {
    const data = await makeStore();
    const { said } = await run('backup', '--data', data);
    const [, file = ''] = /^(\S+\.db): /.exec(said) ?? [];
    expect(file.startsWith(join(data, 'backups', 'organoscope-'))).toBe(true);
    expect(JSON.parse(readFileSync(`${file}.json`, 'utf8'))).toMatchObject({ lastSeq: 2 });
  });

  it('speak JSON to programs', async () => {
    const data = await makeStore();
    const { said } = await run('doctor', '--json', '--data', data);
    expect(JSON.parse(said)).toMatchObject({
      isHealthy: true,
      contents: { lastSeq: 2, prices: { requests: 2, unpricedRequests: 1 } },
    });
  });

  it.each([
    [['dance'], 2, 'expected options or one of'],
    [['restore'], 2, 'needs the backup FILE'],
    [['doctor', 'a-file'], 2, 'expected no file'],
    [['backup', 'a', 'b'], 2, 'expected one file'],
    [['backup', '--json'], 2, '--json'],
    [['doctor', '--data', ''], 2, '--data'],
    [['doctor', '--data', '/nowhere'], 1, 'no store in /nowhere'],
    [['backup', '--data', '/nowhere'], 1, 'no store in /nowhere'],
    [['restore', '/nowhere.db', '--data', '/tmp/nowhere'], 1, 'no manifest'],
  ])('say what is wrong with %j', async (argv, code, words) => {
    const answer = await run(...argv);
    expect(answer.complaints).toContain(words);
    expect(answer.code).toBe(code);
  });

  it.each(['backup', 'restore', 'doctor'])('explain %s', async (name) => {
    const { code, said } = await run(name, '--help');
    expect(said).toContain(`usage: organoscope ${name}`);
    expect(code).toBe(0);
  });
});
