import { parseArgs } from 'node:util';

import { z } from 'zod';

import type { LabKind } from '#lab/lab-kind.ts';
import { readLabOptions, wholeNumber } from '#lab/lab-options.ts';

import { createLabHermes } from './server.ts';

const USAGE = `Usage: npm run lab -- hermes [options]

  --port N        port to listen on (8642; 0 takes a free one)
  --host ADDRESS  address to listen on (127.0.0.1)
  --profile NAME  base or newer: the version it behaves like (newer)
  --pace N        milliseconds between the events of a run (400)
  --rate N        messages per second in sessions of others, newer only (1)
  --seed N        the story's seed (7)
  --key KEY       every request but /health then wants "Authorization: Bearer KEY"`;

const optionsSchema = z.object({
  port: wholeNumber(0, 65_535).default(8642),
  host: z.string().min(1).default('127.0.0.1'),
  profile: z.enum(['base', 'newer']).default('newer'),
  pace: wholeNumber(0, 60_000).default(400),
  rate: wholeNumber(0, 1000).default(1),
  seed: wholeNumber(0, 2 ** 32 - 1).default(7),
  key: z.string().min(1).optional(),
});

/** A Hermes API server: runs that are started here play a story of their own. */
export const hermesKind: LabKind = {
  summary: 'a Hermes agent API server: health, jobs, runs and sessions',
  usage: USAGE,
  async start(args) {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: text,
        host: text,
        profile: text,
        pace: text,
        rate: text,
        seed: text,
        key: text,
      },
    });
    const { pace, rate, ...options } = readLabOptions(optionsSchema, values);
    const lab = createLabHermes({ ...options, paceMs: pace });
    const { url } = await lab.start();
    const timer = setInterval(() => lab.sessions.grow(rate, Date.now()), 1000);
    return {
      ready: `listening ${url}`,
      async stop() {
        clearInterval(timer);
        await lab.stop();
      },
    };
  },
};
