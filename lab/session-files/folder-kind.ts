import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import type { Random } from '#lab/agentserver/random.ts';
import { createRandom } from '#lab/agentserver/random.ts';
import type { LabKind } from '#lab/lab-kind.ts';
import { readLabOptions, wholeNumber } from '#lab/lab-options.ts';

import { createSessionFolder } from './session-folder.ts';
import type { SessionStory } from './session-story.ts';

const optionsSchema = z.object({
  dir: z.string().min(1).optional(),
  seed: wholeNumber(0, 2 ** 32 - 1).default(7),
  'every-ms': wholeNumber(10, 60_000).default(1000),
});

/** A kind that writes session files into a folder: there is nothing to connect to but the folder. */
export function folderKind(runtime: {
  readonly name: string;
  readonly title: string;
  readonly createStory: (random: Random) => SessionStory;
}): LabKind {
  const { name, title, createStory } = runtime;
  return {
    summary: `${title} at work, writing its session files into a folder`,
    usage: `Usage: npm run lab -- ${name} [options]

  --dir FOLDER    where to write (a new folder in the system's temporary one)
  --seed N        the story's seed (7)
  --every-ms N    between two steps of the story (1000)`,
    async start(args) {
      const text = { type: 'string' } as const;
      const { values } = parseArgs({
        args: [...args],
        options: { dir: text, seed: text, 'every-ms': text },
      });
      const { dir, seed, 'every-ms': everyMs } = readLabOptions(optionsSchema, values);
      const folder = path.resolve(dir ?? mkdtempSync(path.join(tmpdir(), `organoscope-${name}-`)));
      const random = createRandom(seed);
      const sessions = createSessionFolder(folder, { story: createStory(random), random });
      sessions.step(Date.now());
      const timer = setInterval(() => sessions.step(Date.now()), everyMs);
      return {
        ready: `writing to ${folder}`,
        async stop() {
          clearInterval(timer);
        },
      };
    },
  };
}
