import { parseArgs } from 'node:util';

import { z } from 'zod';

import type { LabKind } from '#lab/lab-kind.ts';
import { readLabOptions, wholeNumber } from '#lab/lab-options.ts';

import { LAB_FAULTS, parseFaults } from './faults.ts';
import { MAX_RATE } from './pump.ts';
import type { LabOptions } from './server.ts';
import { createLabAgentServer } from './server.ts';

const USAGE = `Usage: npm run lab -- agentserver [options]

  --port N             port to listen on (8080; 0 takes a free one)
  --host ADDRESS       address to listen on (127.0.0.1)
  --rate N             events per second, 0 to ${MAX_RATE} (50)
  --seed N             the story's seed (7)
  --organism NAME      the organism's name (research-desk)
  --conversations N    conversations at a time (24, more at high rates)
  --history-days N     whole days of past usage (0)
  --history-per-day N  usage rows on an average weekday (200)
  --key KEY            every POST then wants "Authorization: Bearer KEY"
  --stamp-sent-at      put the send time into each payload
  --fault NAME         behave like the recorded server in one way; repeatable:
                       real (all of them), ${LAB_FAULTS.join(', ')}`;

const optionsSchema = z.object({
  port: wholeNumber(0, 65_535).default(8080),
  host: z.string().min(1).default('127.0.0.1'),
  rate: z.coerce.number().min(0).max(MAX_RATE).default(50),
  seed: wholeNumber(0, 2 ** 32 - 1).default(7),
  organism: z.string().min(1).default('research-desk'),
  conversations: wholeNumber(1, 10_000).optional(),
  'history-days': wholeNumber(0, 3_660).default(0),
  'history-per-day': wholeNumber(1, 100_000).default(200),
  key: z.string().min(1).optional(),
  'stamp-sent-at': z.boolean().default(false),
  fault: z.array(z.string()).default([]),
});

/** The AgentServer's wire, with the recorded server's faults on request. */
export const agentServerKind: LabKind = {
  summary: 'an AgentServer: REST and WebSockets of an artificial organism',
  usage: USAGE,
  async start(args) {
    const lab = createLabAgentServer(readOptions(args));
    const { url } = await lab.start();
    return { ready: `listening ${url}`, stop: () => lab.stop() };
  },
};

function readOptions(args: readonly string[]): LabOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: text,
      host: text,
      rate: text,
      seed: text,
      organism: text,
      conversations: text,
      'history-days': text,
      'history-per-day': text,
      key: text,
      'stamp-sent-at': { type: 'boolean' },
      fault: { type: 'string', multiple: true },
    },
  });
  const read = readLabOptions(optionsSchema, values);
  return {
    name: read.organism,
    host: read.host,
    port: read.port,
    rate: read.rate,
    seed: read.seed,
    conversations: read.conversations ?? conversationsFor(read.rate),
    historyDays: read['history-days'],
    historyRowsPerDay: read['history-per-day'],
    usageIds: 'clock',
    key: read.key,
    stampSentAt: read['stamp-sent-at'],
    faults: parseFaults(read.fault),
  };
}

/** Keeps a conversation's pace human at high rates: more of them, not faster ones. */
function conversationsFor(rate: number): number {
  return Math.max(24, Math.round(rate / 10));
}
