import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { afterEach, describe, expect, it } from 'vitest';

import { isEvent, openContractSocket } from '#lab/agentserver/contract-socket.ts';

let child: ChildProcess | null = null;

function run(...args: string[]): ChildProcess {
  child = spawn(process.execPath, ['lab/main.ts', ...args], { stdio: 'pipe' });
  return child;
}

async function firstLine(stream: NodeJS.ReadableStream | null): Promise<string> {
  if (stream === null) throw new Error('the child has no such stream');
  const [line] = await once(createInterface({ input: stream }), 'line');
  return String(line);
}

async function listeningUrl(...args: string[]): Promise<string> {
  const line = await firstLine(run('agentserver', '--port', '0', ...args).stdout);
  expect(line).toMatch(/^listening http:\/\/127\.0\.0\.1:\d+$/);
  return line.replace('listening ', '');
}

const exitOf = async (process: ChildProcess | null): Promise<unknown[]> =>
  process === null ? [] : once(process, 'exit');

afterEach(() => {
  child?.kill('SIGKILL');
  child = null;
});

describe('npm run lab', () => {
  it('says where it listens, plays by itself, and closes with 1012 on SIGTERM', async () => {
    const url = await listeningUrl('--rate', '500', '--organism', 'night-shift');
    const socket = await openContractSocket(`${url}/ws`);
    expect(await socket.until(isEvent('connected'))).toMatchObject({
      organism: { name: 'night-shift', agentCount: 12 },
    });
    await socket.until(isEvent('message'));
    const exit = exitOf(child);
    child?.kill('SIGTERM');
    expect((await socket.closed).code).toBe(1012);
    expect(await exit).toEqual([0, null]);
  });

  it('takes a key, a history and faults', async () => {
    const settings = '--rate 0 --key k --history-days 2 --fault schema-500';
    const url = await listeningUrl(...settings.split(' '));
    const api = `${url}/api/v1`;
    expect((await fetch(`${api}/usage/reset`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${api}/agents/planner/schema`)).status).toBe(500);
    expect(await (await fetch(`${api}/usage/daily`)).json()).toMatchObject({ count: 2 });
  });

  it('leaves with its parent when asked to', async () => {
    await listeningUrl('--exit-with-parent');
    const exit = exitOf(child);
    child?.stdin?.end();
    expect(await exit).toEqual([0, null]);
  });

  it.each([
    [['agentserver', '--rate', '20000'], '--rate'],
    [['agentserver', '--fault', 'sleepy'], 'unknown fault "sleepy"'],
    [['nonesuch'], 'unknown kind "nonesuch"'],
    [['agentserver', '--prot', '1'], '--prot'],
  ])('exits 1 on %j, naming what is wrong', async (args, words) => {
    const process = run(...args);
    const [line, [code]] = await Promise.all([firstLine(process.stderr), exitOf(process)]);
    expect(line).toContain(words);
    expect(code).toBe(1);
  });

  it('exits 1 when the port is taken', async () => {
    const url = await listeningUrl();
    const first = child;
    const second = run('agentserver', '--port', new URL(url).port);
    const [line, [code]] = await Promise.all([firstLine(second.stderr), exitOf(second)]);
    expect(line).toContain('EADDRINUSE');
    expect(code).toBe(1);
    first?.kill('SIGKILL');
  });
});
