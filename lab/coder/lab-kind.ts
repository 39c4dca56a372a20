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
  --every-ms N    between two steps of the story (2000)
  --licence WORD  yes or no: whether the deployment has the AI Bridge (yes)`;

const optionsSchema = z.object({
  port: wholeNumber(0, 65_535).default(3000),
  seed: wholeNumber(0, 2 ** 32 - 1).default(7),
  'every-ms': wholeNumber(10, 60_000).default(2000),
  licence: z.enum(['yes', 'no']).default('yes'),
});

const UNLICENSED = {
  status: 403,
  body: { message: 'AI Gateway is a Premium feature. Contact sales!' },
};

/** A Coder deployment with an AI Bridge that people use. */
export const coderKind: LabKind = {
  summary: 'a Coder deployment with an AI Bridge',
  usage: USAGE,
  async start(args) {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args],
      options: { port: text, seed: text, 'every-ms': text, licence: text },
    });
    const { port, seed, licence, 'every-ms': everyMs } = readLabOptions(optionsSchema, values);
    const lab = createLabCoder({ port });
    if (licence === 'no') lab.refusal = UNLICENSED;
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
