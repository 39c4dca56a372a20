import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

import { createLabAgentServer } from '#lab/agentserver/server.ts';

import { createDiscovery } from './discovery.ts';
import type { FoundRuntime } from './find-runtimes.ts';
import { findRuntimes } from './find-runtimes.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'organoscope-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const health = z.looseObject({ status: z.string(), organism: z.string() });

test('finds a server by what it answers, and nothing where nothing is', async () => {
  const lab = createLabAgentServer({ rate: 1, seed: 1 });
  const { url } = await lab.start();
  const servers = [
    { kind: 'agentserver', title: 'AgentServer', url, answer: health },
    { kind: 'agentserver', title: 'Another', url: 'http://127.0.0.1:1', answer: health },
    { kind: 'agentserver', title: 'Not it', url, answer: z.object({ platform: z.literal('x') }) },
  ];
  const found = await findRuntimes({ env: {}, home, servers });
  await lab.stop();
  expect(found).toEqual([
    { name: 'agentserver', kind: 'agentserver', url, title: `AgentServer at ${url}` },
  ]);
});

test('finds session folders wherever their runtime keeps them', async () => {
  const look = async (env: Record<string, string>) =>
    (await findRuntimes({ env, home, servers: [] })).map(({ name, kind, url }) => [
      name,
      kind,
      url.replace(pathToFileURL(home).href, ''),
    ]);
  for (const folder of ['.codex/sessions', '.claude/projects', '.config/claude/projects']) {
    mkdirSync(path.join(home, folder), { recursive: true });
  }
  expect(await look({})).toEqual([
    ['codex', 'codex', '/.codex/sessions'],
    ['claude-code', 'claude-code', '/.claude/projects'],
    ['claude-code-2', 'claude-code', '/.config/claude/projects'],
  ]);
  mkdirSync(path.join(home, 'mine/projects'), { recursive: true });
  const env = { CODEX_HOME: '/nonesuch', CLAUDE_CONFIG_DIR: path.join(home, 'mine') };
  expect(await look(env)).toEqual([['claude-code', 'claude-code', '/mine/projects']]);
});

test('does not look into folders, only for them', async () => {
  expect(await findRuntimes({ env: {}, home, servers: [] })).toEqual([]);
  mkdirSync(path.join(home, 'elsewhere/sessions'), { recursive: true });
  const env = { CODEX_HOME: path.join(home, 'elsewhere') };
  const titles = (await findRuntimes({ env, home, servers: [] })).map(({ title }) => title);
  for (const title of titles) expect(title).toContain(home);
});

test('connects what was asked for, once', async () => {
  const runtime: FoundRuntime = {
    name: 'agentserver',
    kind: 'agentserver',
    url: 'http://127.0.0.1:8080',
    title: 'AgentServer',
  };
  const connected: string[] = [];
  const discovery = createDiscovery({
    find: async () => [runtime],
    isTaken: (name) => connected.includes(name),
    connect: async ({ name }) => void connected.push(name),
  });
  expect(discovery.found()).toEqual([]);
  await discovery.look();
  expect(discovery.found()).toEqual([runtime]);
  expect(await discovery.connect('nonesuch')).toBe(false);
  expect(await discovery.connect('agentserver')).toBe(true);
  expect(await discovery.connect('agentserver')).toBe(false);
  await discovery.connectAll();
  expect(connected).toEqual(['agentserver']);
  expect(discovery.found()).toEqual([]);
});
