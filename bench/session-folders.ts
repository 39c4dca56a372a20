import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { z } from 'zod';

import { createRandom } from '#lab/agentserver/random.ts';
import { createClaudeCodeStory } from '#lab/claude-code/story.ts';
import { createCodexStory } from '#lab/codex/story.ts';
import { createSessionFolder } from '#lab/session-files/session-folder.ts';
import { createClaudeCodeSource } from '#server/sources/claude-code/claude-code-source.ts';
import { createCodexSource } from '#server/sources/codex/codex-source.ts';
import type { Source, SourceDeps } from '#server/sources/source.ts';

import { COMPILE_CACHE, ROOT } from './program.ts';

/** A runtime whose session files are written by its twin, read by us and by ccusage. */
export interface SessionFolders {
  readonly kind: 'claude-code' | 'codex';
  /** Writes about so many bytes, the same for the same seed. */
  fill(home: string, bytes: number): void;
  createSource(home: string, deps: SourceDeps): Source;
  /** Totals of each day as `organoscope daily` says them. */
  ours(home: string): Promise<Days>;
  /** As ccusage says them, in its own process, without prices from the network. */
  theirs(home: string): Promise<Days>;
}

/** Input without cache, cache read, cache written and output, by day. */
export type Days = Readonly<Record<string, readonly number[]>>;

const SEED = 7;
const TIMES = { from: Date.UTC(2026, 9, 1), to: Date.UTC(2026, 10, 15) };
const MAX_OUTPUT_BYTES = 64 << 20;
const run = promisify(execFile);
const CCUSAGE = path.join(
  path.dirname(createRequire(import.meta.url).resolve('ccusage/package.json')),
  'src/cli.js',
);

export const SESSION_FOLDERS: readonly SessionFolders[] = [
  {
    kind: 'claude-code',
    fill(home, bytes) {
      const random = createRandom(SEED);
      const story = createClaudeCodeStory(random, { keepsCalls: false });
      createSessionFolder(path.join(home, 'projects'), { story, random }).fill(bytes, TIMES);
    },
    createSource: (home, deps) =>
      createClaudeCodeSource(configOf('claude-code', home, 'projects'), deps),
    ours: (home) => readOurs('claude-code', path.join(home, 'projects')),
    theirs: (home) => readTheirs(['claude'], { CLAUDE_CONFIG_DIR: home }),
  },
  {
    kind: 'codex',
    fill(home, bytes) {
      const random = createRandom(SEED);
      const story = createCodexStory(random, { keepsCalls: false });
      createSessionFolder(path.join(home, 'sessions'), { story, random }).fill(bytes, TIMES);
    },
    createSource: (home, deps) => createCodexSource(configOf('codex', home, 'sessions'), deps),
    ours: (home) => readOurs('codex', path.join(home, 'sessions')),
    theirs: (home) => readTheirs(['codex'], { CODEX_HOME: home }),
  },
];

function configOf(name: string, home: string, folder: string) {
  return { name, organismId: name, url: pathToFileURL(path.join(home, folder)).href };
}

const oursSchema = z.object({
  days: z.array(
    z.object({
      date: z.string(),
      tokens: z.object({
        inputFresh: z.number(),
        cacheRead: z.number(),
        cacheWrite: z.number(),
        outputVisible: z.number(),
        reasoning: z.number(),
      }),
    }),
  ),
});

async function readOurs(kind: string, folder: string): Promise<Days> {
  const args = [
    'bin/organoscope.mjs',
    'daily',
    kind,
    '--dir',
    folder,
    '--timezone',
    'UTC',
    '--json',
  ];
  const env = { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE };
  const options = { cwd: ROOT, env, maxBuffer: MAX_OUTPUT_BYTES };
  const { stdout } = await run(process.execPath, args, options);
  const { days } = oursSchema.parse(JSON.parse(stdout));
  return Object.fromEntries(
    days.map(({ date, tokens }) => {
      const { inputFresh, cacheRead, cacheWrite, outputVisible, reasoning } = tokens;
      return [date, [inputFresh, cacheRead, cacheWrite, outputVisible + reasoning]];
    }),
  );
}

const theirsSchema = z.object({
  daily: z.array(
    z.object({
      date: z.string(),
      inputTokens: z.number(),
      cacheReadTokens: z.number(),
      cacheCreationTokens: z.number(),
      outputTokens: z.number(),
    }),
  ),
});

async function readTheirs(words: readonly string[], home: Record<string, string>): Promise<Days> {
  const args = [CCUSAGE, ...words, 'daily', '--json', '--offline', '--timezone', 'UTC'];
  const options = { env: { ...process.env, ...home }, maxBuffer: MAX_OUTPUT_BYTES };
  const { stdout } = await run(process.execPath, args, options);
  return Object.fromEntries(
    theirsSchema
      .parse(JSON.parse(stdout))
      .daily.map((day) => [
        day.date,
        [day.inputTokens, day.cacheReadTokens, day.cacheCreationTokens, day.outputTokens],
      ]),
  );
}
