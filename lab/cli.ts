import { parseArgs } from 'node:util';

import { z } from 'zod';

import { LAB_FAULTS, parseFaults } from './agentserver/faults.ts';
import { MAX_RATE } from './agentserver/pump.ts';
import {
  createLabAgentServer,
  type LabAgentServer,
  type LabOptions,
} from './agentserver/server.ts';

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
                       real (all of them), ${LAB_FAULTS.join(', ')}
  --exit-with-parent   stop when standard input closes
  --help`;

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const optionsSchema = z.object({
  port: whole(0, 65_535).default(8080),
  host: z.string().min(1).default('127.0.0.1'),
  rate: z.coerce.number().min(0).max(MAX_RATE).default(50),
  seed: whole(0, 2 ** 32 - 1).default(7),
  organism: z.string().min(1).default('research-desk'),
  conversations: whole(1, 10_000).optional(),
  'history-days': whole(0, 3_660).default(0),
  'history-per-day': whole(1, 100_000).default(200),
  key: z.string().min(1).optional(),
  'stamp-sent-at': z.boolean().default(false),
  fault: z.array(z.string()).default([]),
  'exit-with-parent': z.boolean().default(false),
  help: z.boolean().default(false),
});

export interface LabRun {
  readonly args: readonly string[];
  readonly write: (line: string) => void;
  readonly writeError: (line: string) => void;
}

/** Runs until SIGTERM or SIGINT, or until the parent is gone; exits 1 on anything it cannot do. */
export async function runLab({ args, write, writeError }: LabRun): Promise<void> {
  try {
    const options = readOptions(args);
    if (options === null) {
      write(USAGE);
      return;
    }
    const lab = createLabAgentServer(options.lab);
    const { url } = await lab.start();
    write(`listening ${url}`);
    stopOnSignals(lab, options.exitsWithParent);
  } catch (cause) {
    writeError(cause instanceof Error ? cause.message : String(cause));
    process.exitCode = 1;
  }
}

interface LabCommand {
  readonly lab: LabOptions;
  readonly exitsWithParent: boolean;
}

/** @throws Error naming the argument */
function readOptions(args: readonly string[]): LabCommand | null {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
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
      'stamp-sent-at': flag,
      fault: { type: 'string', multiple: true },
      'exit-with-parent': flag,
      help: { type: 'boolean', short: 'h' },
    },
  });
  const parsed = optionsSchema.safeParse(values);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RangeError(`--${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
  }
  const read = parsed.data;
  if (read.help) return null;
  if (positionals.length !== 1 || positionals[0] !== 'agentserver') {
    throw new RangeError(`expected one organism, "agentserver", got "${positionals.join(' ')}"`);
  }
  return {
    exitsWithParent: read['exit-with-parent'],
    lab: {
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
    },
  };
}

/** Keeps a conversation's pace human at high rates: more of them, not faster ones. */
function conversationsFor(rate: number): number {
  return Math.max(24, Math.round(rate / 10));
}

function stopOnSignals(lab: LabAgentServer, exitsWithParent: boolean): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    void lab.stop().finally(() => process.exit());
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (exitsWithParent) process.stdin.once('close', stop).once('end', stop).resume();
}
