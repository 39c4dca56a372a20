import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Random } from '#lab/agentserver/random.ts';
import { createRandom } from '#lab/agentserver/random.ts';
import { createClaudeCodeStory } from '#lab/claude-code/story.ts';
import { createCodexStory } from '#lab/codex/story.ts';

import { createSessionFolder } from './session-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'organoscope-lab-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const START = Date.UTC(2026, 10, 21);
const STORIES = {
  'claude-code': createClaudeCodeStory,
  codex: (random: Random) => createCodexStory(random, { spawns: true }),
};

/** Steps of one seed in a folder of their own, as one text. */
function play(name: string, kind: keyof typeof STORIES, seed: number): string {
  const root = path.join(folder, name);
  const random = createRandom(seed);
  const sessions = createSessionFolder(root, { story: STORIES[kind](random), random });
  for (let step = 0; step < 400; step += 1) sessions.step(START + step * 1000);
  const files = globSync('**/*.jsonl', { cwd: root }).sort();
  return files.map((file) => `${file}\n${readFileSync(path.join(root, file), 'utf8')}`).join('\n');
}

test.each(['claude-code', 'codex'] as const)('%s writes the same for the same seed', (kind) => {
  const first = play('first', kind, 7);
  expect(play('second', kind, 7)).toBe(first);
  expect(play('third', kind, 8)).not.toBe(first);
});
