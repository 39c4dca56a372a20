import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { createRandom } from '#lab/agentserver/random.ts';
import { createCodexStory } from '#lab/codex/story.ts';
import { createSessionFolder } from '#lab/session-files/session-folder.ts';

import { createRecorder, scheduleSoon } from '../testing/recorder.ts';
import { createCodexSource } from './codex-source.ts';

/** The tree of agents that `npm run lab -- codex` shows. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'organoscope-sub-agents-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('sub-agents of the twin are a tree, each with a thread, an order, an answer and a bill', async () => {
  const random = createRandom(7);
  const story = createCodexStory(random, { spawns: true });
  const sessions = createSessionFolder(folder, { story, random });
  // Sooner than a copy of the origin's lines would end by the time.
  for (let step = 0; step < 1500; step += 1) sessions.step(Date.UTC(2026, 10, 21) + step * 50);
  const recorder = createRecorder({ schedule: scheduleSoon });
  const url = pathToFileURL(folder).href;
  const config = { name: 'codex', url, organismId: 'codex', host: 'h' };
  const source = createCodexSource(config, recorder.deps);
  await source.start();
  await recorder.until('all', () => recorder.of('source_status').at(-1)?.state === 'polling');
  await source.stop();

  const parents = new Map(
    recorder
      .of('agent')
      .flatMap(({ agent, parent }) => (parent === undefined ? [] : [[agent, parent]])),
  );
  const depthOf = (agent: string): number => {
    const parent = parents.get(agent);
    return parent === undefined ? 0 : 1 + depthOf(parent);
  };
  expect(new Set([...parents.keys()].map(depthOf))).toEqual(new Set([1, 2]));
  const children = recorder.of('thread_created').filter(({ parentThread }) => parentThread);
  expect(children.length).toBe(parents.size);
  const messages = recorder.of('message');
  const answered = messages.filter(({ from, to }) => parents.get(from) === to);
  expect(answered.length).toBeGreaterThan(2);
  for (const { from, to, threadId } of answered) {
    expect(messages).toContainEqual(
      expect.objectContaining({ from: to, to: from, payloadType: 'collab' }),
    );
    expect(recorder.of('usage').some((usage) => usage.threadId === threadId)).toBe(true);
  }
  expect(recorder.of('usage')).toHaveLength(story.calls.length);
});
