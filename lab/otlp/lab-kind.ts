import { parseArgs } from 'node:util';

import { z } from 'zod';

import { createRandom } from '#lab/agentserver/random.ts';
import type { LabKind } from '#lab/lab-kind.ts';
import { readLabOptions, wholeNumber } from '#lab/lab-options.ts';
import { endpointOf, postJson, sendEvery } from '#lab/send-every.ts';

import { createOtlpStory, toTraceRequest } from './story.ts';

const USAGE = `Usage: npm run lab -- otlp [options]

  --to URL        OTLP endpoint, as in OTEL_EXPORTER_OTLP_ENDPOINT (http://127.0.0.1:4319)
  --rate N        runs of an agent per second, 1 to 500 (1)
  --seed N        the story's seed (7)`;

const EXPORT_MS = 1000;

const optionsSchema = z.object({
  to: z.url().default('http://127.0.0.1:4319'),
  rate: wholeNumber(1, 500).default(1),
  seed: wholeNumber(0, 2 ** 32 - 1).default(7),
});

/** A service with an OpenTelemetry exporter, which sends its spans every second. */
export const otlpKind: LabKind = {
  summary: 'a service instrumented with OpenTelemetry GenAI, exporting its spans',
  usage: USAGE,
  async start(args) {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args],
      options: { to: text, rate: text, seed: text },
    });
    const { to, rate, seed } = readLabOptions(optionsSchema, values);
    const url = endpointOf(to, '/v1/traces');
    const story = createOtlpStory(createRandom(seed), seed);
    const sending = sendEvery(EXPORT_MS, () => {
      const spans = Array.from({ length: rate }, () => story.nextRun(Date.now())).flat();
      return postJson(url, toTraceRequest(spans));
    });
    return { ready: `sending to ${url}`, stop: sending.stop };
  },
};
