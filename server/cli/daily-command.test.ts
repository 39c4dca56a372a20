import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Random } from '#lab/agentserver/random.ts';
import { createRandom } from '#lab/agentserver/random.ts';
import { createClaudeCodeStory } from '#lab/claude-code/story.ts';
import { createCodexStory } from '#lab/codex/story.ts';
import { createSessionFolder } from '#lab/session-files/session-folder.ts';
import type { SessionStory, ToldCall } from '#lab/session-files/session-story.ts';

import { runCommand } from './run-command.ts';

const createCodexWithHelp = (random: Random) => createCodexStory(random, { spawns: true });
const STORIES = { 'claude-code': createClaudeCodeStory, codex: createCodexWithHelp };
const TIMES = { from: Date.UTC(2026, 9, 1), to: Date.UTC(2026, 9, 10) };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'organoscope-daily-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function daily(...argv: string[]): Promise<{ code: number; said: string[] }> {
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const code = await runCommand(['daily', ...argv], {}, { say, complain: say, progress: () => {} });
  return { code, said };
}

function sumOf(calls: readonly ToldCall[]): number[] {
  return calls.reduce(
    ([count = 0, input = 0, read = 0, write = 0, output = 0], call) => [
      count + 1,
      input + call.input,
      read + call.cacheRead,
      write + call.cacheWrite,
      output + call.output,
    ],
    [0, 0, 0, 0, 0],
  );
}

/** Of the days as the command says them. */
async function totals(kind: string, root = folder): Promise<number[]> {
  const { said } = await daily(kind, '--dir', root, '--timezone', 'UTC', '--json');
  const { days } = JSON.parse(said.join('')) as {
    days: { calls: number; tokens: Record<string, number> }[];
  };
  return days.reduce(
    ([count = 0, input = 0, read = 0, write = 0, output = 0], { calls, tokens }) => [
      count + calls,
      input + (tokens['inputFresh'] ?? 0),
      read + (tokens['cacheRead'] ?? 0),
      write + (tokens['cacheWrite'] ?? 0),
      output + (tokens['outputVisible'] ?? 0) + (tokens['reasoning'] ?? 0),
    ],
    [0, 0, 0, 0, 0],
  );
}

function fillWith<T extends SessionStory>(story: T, random: Random, root: string, bytes = 1e6): T {
  createSessionFolder(root, { story, random }).fill(bytes, TIMES);
  return story;
}

describe.each(['claude-code', 'codex'] as const)('organoscope daily %s', (kind) => {
  // Enough for several threads.
  function write(bytes: number) {
    const random = createRandom(7);
    return fillWith(STORIES[kind](random), random, folder, bytes);
  }

  test('adds up every call once, whatever thread read it', async () => {
    const { calls } = write(20e6);
    expect(calls.length).toBeGreaterThan(500);
    expect(await totals(kind)).toEqual(sumOf(calls));
  });

  test('leaves out a last line that is not whole, and lines that are none', async () => {
    const { calls } = write(1e5);
    const [file = ''] = globSync('**/*.jsonl', { cwd: folder });
    const text = readFileSync(path.join(folder, file), 'utf8');
    // The counters of Codex would begin anew; an answer of Claude Code is known by its ids.
    const again = kind === 'codex' ? '' : text;
    const noise = '{"output_tokens":1,\n[]\n\n';
    writeFileSync(path.join(folder, file), `${text}${noise}${again}`);
    expect(await totals(kind)).toEqual(sumOf(calls));
    truncateSync(path.join(folder, file), 25);
    expect((await totals(kind))[0]).toBeLessThan(calls.length);
  });

  test('says a day in a line', async () => {
    write(1e5);
    const { said } = await daily(kind, '--dir', folder);
    expect(said[0]).toMatch(/day +calls +input/);
    expect(said.length).toBeGreaterThan(1);
  });
});

test('organoscope daily codex adds archived sessions, those in both folders once', async () => {
  const random = createRandom(7);
  const { calls } = fillWith(createCodexStory(random), random, path.join(folder, 'sessions'), 5e6);
  const archive = path.join(folder, 'archived_sessions');
  mkdirSync(archive);
  const files = globSync('sessions/**/*.jsonl', { cwd: folder }).map((name) =>
    path.join(folder, name),
  );
  expect(files.length).toBeGreaterThan(3);
  for (const [index, file] of files.entries()) {
    const put = path.join(archive, path.basename(file));
    if (index % 3 === 0) renameSync(file, put);
    // As much as was there when it was copied.
    if (index % 3 === 1) writeFileSync(put, readFileSync(file).subarray(0, 20_000));
  }
  expect(await totals('codex', path.join(folder, 'sessions'))).toEqual(sumOf(calls));
});

test.each([
  [[], 'expected codex or claude-code'],
  [['hermes'], 'expected codex or claude-code'],
  [['codex', '--timezone', 'Mars/Phobos'], 'not a time zone'],
  [['codex', '--dir', '/nonesuch'], '/nonesuch'],
  [['codex', '--nonesuch'], '--nonesuch'],
])('organoscope daily refuses %j', async (argv, words) => {
  const { code, said } = await daily(...argv);
  expect(code).toBe(2);
  expect(said.join('\n')).toContain(words);
});
