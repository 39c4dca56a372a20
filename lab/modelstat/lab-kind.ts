import { parseArgs } from 'node:util';

import { z } from 'zod';

import { createRandom } from '#lab/agentserver/random.ts';
import type { LabKind } from '#lab/lab-kind.ts';
import { readLabOptions, wholeNumber } from '#lab/lab-options.ts';
import { endpointOf, sendEvery } from '#lab/send-every.ts';

import { postBatch } from './client.ts';
import { createModelstatStory } from './story.ts';

const USAGE = `Usage: npm run lab -- modelstat [options]

  --to URL        where to send (http://127.0.0.1:4319)
  --rate N        model calls per second, 1 to 1000 (2)
  --seed N        the story's seed (7)
  --device ID     the device's id (dev_lab)
  --key KEY       the bearer key it sends (msk_lab)`;

/** The SDK's own rhythm. */
const FLUSH_MS = 2000;

const optionsSchema = z.object({
  to: z.url().default('http://127.0.0.1:4319'),
  rate: wholeNumber(1, 1000).default(2),
  seed: wholeNumber(0, 2 ** 32 - 1).default(7),
  device: z.string().min(1).default('dev_lab'),
  key: z.string().min(1).default('msk_lab'),
});

/** A program with the modelstat SDK, which sends a batch every two seconds. */
export const modelstatKind: LabKind = {
  summary: 'a program with the modelstat SDK, posting what its calls used',
  usage: USAGE,
  async start(args) {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args],
      options: { to: text, rate: text, seed: text, device: text, key: text },
    });
    const { to, rate, seed, device, key } = readLabOptions(optionsSchema, values);
    const url = endpointOf(to, '/v1/ingest');
    const story = createModelstatStory(createRandom(seed), device);
    const perFlush = Math.max(1, Math.round((rate * FLUSH_MS) / 1000));
    const sending = sendEvery(FLUSH_MS, () =>
      postBatch(url, story.nextBatch(perFlush, Date.now()), { key }),
    );
    return { ready: `sending to ${url}`, stop: sending.stop };
  },
};
