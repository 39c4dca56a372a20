import { parseArgs } from 'node:util';

import { z } from 'zod';

import { createRandom } from '#lab/agentserver/random.ts';
import type { LabKind } from '#lab/lab-kind.ts';
import { readLabOptions, wholeNumber } from '#lab/lab-options.ts';
import { endpointOf, postJson, sendEvery } from '#lab/send-every.ts';

import { createAgentsStory } from './story.ts';

const USAGE = `Usage: npm run lab -- openai-agents [options]

  --to URL        where to send (http://127.0.0.1:4319)
  --rate N        workflows per second, 1 to 200 (1)
  --seed N        the story's seed (7)
  --key KEY       the bearer key it sends (sk-lab)`;

const EXPORT_MS = 1000;

const optionsSchema = z.object({
  to: z.url().default('http://127.0.0.1:4319'),
  rate: wholeNumber(1, 200).default(1),
  seed: wholeNumber(0, 2 ** 32 - 1).default(7),
  key: z.string().min(1).default('sk-lab'),
});

/** A program with the OpenAI Agents SDK, whose exporter posts its traces every second. */
export const openAiAgentsKind: LabKind = {
  summary: 'a program with the OpenAI Agents SDK, exporting its traces',
  usage: USAGE,
  async start(args) {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args],
      options: { to: text, rate: text, seed: text, key: text },
    });
    const { to, rate, seed, key } = readLabOptions(optionsSchema, values);
    const url = endpointOf(to, '/v1/traces/ingest');
    const headers = { authorization: `Bearer ${key}`, 'openai-beta': 'traces=v1' };
    const story = createAgentsStory(createRandom(seed));
    const sending = sendEvery(EXPORT_MS, () => {
      const data = Array.from({ length: rate }, () => story.nextTrace(Date.now())).flat();
      return postJson(url, { data }, headers);
    });
    return { ready: `sending to ${url}`, stop: sending.stop };
  },
};
