import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Random } from '#lab/agentserver/random.ts';
import { createRandom } from '#lab/agentserver/random.ts';
import { createClaudeCodeStory } from '#lab/claude-code/story.ts';
import { createCodexStory } from '#lab/codex/story.ts';
import type {
  SessionScript,
  SessionStory,
  ToldCall,
  Writing,
} from '#lab/session-files/session-story.ts';

import { createClaudeCodeSource } from '../claude-code/claude-code-source.ts';
import { createCodexSource } from '../codex/codex-source.ts';
import type { ContractUpstream } from '../source-contract.ts';
import { describeSource } from '../source-contract.ts';
import type { Source, SourceDeps } from '../source.ts';
import type { FolderConfig } from './folder-source.ts';

/** Lines that no reader accepts. */
const MALFORMED = [
  '{"type":"assistant","message":',
  '[1,2,3]',
  'null',
  '"user"',
  '{"type":42}',
  '{"__proto__":{"polluted":true}}',
  `{"type":"user","message":${'['.repeat(1000)}`,
];
const AT_ONCE = 4;
const STEP_MS = 500;

/** A folder that a twin writes into, as the contract of sources wants it. */
function startSessionFolder(runtime: {
  readonly createStory: (random: Random) => SessionStory & { readonly calls: readonly ToldCall[] };
  readonly createSource: (config: FolderConfig, deps: SourceDeps) => Source;
  readonly kind: string;
  /** A file of no session. */
  readonly strayFile: string;
  readonly keyOf: (call: ToldCall) => string;
}): ContractUpstream {
  const { createStory, createSource, kind, strayFile, keyOf } = runtime;
  const home = mkdtempSync(path.join(tmpdir(), 'organoscope-contract-'));
  const files = path.join(home, 'files');
  const root = path.join(home, 'watched');
  mkdirSync(files);
  symlinkSync(files, root);
  const random = createRandom(11);
  const story = createStory(random);
  const scripts: SessionScript[] = [];
  let now = Date.UTC(2026, 10, 21);
  let copies = 1;
  let isShuffled = false;

  function append(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(files, file)), { recursive: true });
    appendFileSync(path.join(files, file), text);
  }

  function write(writings: readonly Writing[]): void {
    for (const { file, lines } of writings) {
      for (const line of lines) append(file, `${line}\n`.repeat(copies));
    }
  }

  /** One step of one session after the other. */
  function step(): readonly Writing[] {
    if (scripts.length < AT_ONCE) scripts.push(story.begin(now));
    now += STEP_MS;
    const script = random.pick(scripts);
    const writings = script.next(now);
    if (writings.length === 0) scripts.splice(scripts.indexOf(script), 1);
    return writings;
  }

  return {
    createSource: (deps) =>
      createSource({ name: kind, organismId: kind, url: pathToFileURL(root).href }, deps),
    play(events) {
      const writings = Array.from({ length: events }, () => step()).flat();
      // What one file has stays in its order: it only ever grows at its end.
      write(isShuffled ? writings.toSorted((a, b) => b.file.localeCompare(a.file)) : writings);
    },
    expectedKeys: () => story.calls.map((call) => keyOf(call)),
    isExpectable: (key) => key.startsWith('usage:'),
    isLive: (recorder) => recorder.of('source_status').at(-1)?.state === 'polling',
    sendMalformed() {
      append(strayFile, `${MALFORMED.join('\n')}\n`);
      return MALFORMED.length;
    },
    sendPartial: () => append(strayFile, '{"type":"assistant","message":{"id":"msg'),
    repeatInputs() {
      copies = 2;
    },
    shuffleInputs() {
      isShuffled = true;
    },
    async disconnect() {
      unlinkSync(root);
    },
    async reconnect() {
      symlinkSync(files, root);
    },
    openConnections: () => 0,
    async stop() {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

describeSource('Claude Code', async () =>
  startSessionFolder({
    kind: 'claude-code',
    createStory: createClaudeCodeStory,
    createSource: createClaudeCodeSource,
    strayFile: 'stray/lines.jsonl',
    keyOf: ({ id }) => `usage:${id}`,
  }),
);

describeSource('Codex', async () =>
  startSessionFolder({
    kind: 'codex',
    createStory: (random) => createCodexStory(random, { spawns: true }),
    createSource: createCodexSource,
    strayFile: '2026/01/01/rollout-stray.jsonl',
    keyOf: ({ id }) => `usage:file:${id}`,
  }),
);
