import { parseArgs } from 'node:util';

import { z } from 'zod';

import { createRandom } from '#lab/agentserver/random.ts';
import type { LabKind } from '#lab/lab-kind.ts';
import { readLabOptions, wholeNumber } from '#lab/lab-options.ts';

import { createLabCoder } from './server.ts';
import { createCoderStory } from './story.ts';

const USAGE = `Usage: npm run lab -- coder [options]

  --port N        port to listen on (3000; 0 takes a free one)
  --seed N        the story's seed (7)
  --every-ms N    between two steps of the story (2000)`;

const optionsSchema = z.object({
  port: wholeNumber(0, 65_535).default(3000),
  seed: wholeNumber(0, 2 ** 32 - 1).default(7),
  'every-ms': wholeNumber(10, 60_000).default(2000),
});

/** A Coder deployment with an AI Bridge that people use. */
export const coderKind: LabKind = {
  summary: 'a Coder deployment with an AI Bridge',
  usage: USAGE,
  async start(args) {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args],
      options: { port: text, seed: text, 'every-ms': text },
    });
    const { port, seed, 'every-ms': everyMs } = readLabOptions(optionsSchema, values);
    const lab = createLabCoder({ port });
    const story = createCoderStory(createRandom(seed), lab);
    const { url } = await lab.start();
    const timer = setInterval(() => story.step(Date.now()), everyMs);
    return {
      ready: `listening ${url}`,
      async stop() {
        clearInterval(timer);
        await lab.stop();
      },
    };
  },
};
