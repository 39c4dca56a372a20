import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { hostname } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { AppError } from '../app-error.ts';
import { createLineCutter } from '../sources/session-files/line-cutter.ts';
import type { OwnCommand } from './command.ts';
import { HEALTHY } from './command.ts';
import { createLineSender } from './line-sender.ts';

/** Not everything was taken: the store may have a part of it. */
const NOT_DELIVERED = 3;
const DEFAULT_URL = 'http://127.0.0.1:4319';
const PATH = '/v1/codex/exec';

const HELP = `usage: codex exec --json … | organoscope ingest codex [options]
       organoscope ingest codex --file FILE [options]

Hands what \`codex exec --json\` prints to an Organoscope, line by line as it comes. What
was not taken is sent again; nothing counts twice. The same file again changes nothing.

  --url URL       the Organoscope (ORGANOSCOPE_URL, else ${DEFAULT_URL})
  --tee           pass the input through to standard output
  --file FILE     a saved stream instead of standard input
  --cwd DIR       where Codex works (this folder)
  --model NAME    the model it uses; without it usage has no price
  --label NAME    the organism (machine and folder)
  --wait SECONDS  how long to try while nothing is taken (60)

On another machine it needs the key of that Organoscope: ORGANOSCOPE_KEY.

exit code: 0 all was taken, 2 wrong usage, 3 not all was taken
`;

const optionsSchema = z.object({
  url: z.url({ protocol: /^https?$/, error: 'expected a URL with http or https' }),
  tee: z.boolean().default(false),
  file: z.string().min(1, 'expected a file').optional(),
  cwd: z.string().min(1, 'expected a folder').optional(),
  model: z.string().min(1, 'expected a name').optional(),
  label: z.string().min(1, 'expected a name').optional(),
  wait: z.coerce
    .number({ error: 'expected seconds' })
    .min(0, 'expected seconds')
    .max(86_400, 'expected at most a day (86400)')
    .default(60),
});
type Options = z.output<typeof optionsSchema>;

/** @param streams what is read, and where `--tee` passes it to */
export function createIngestCommand(
  streams: { readonly input: Readable; readonly through: Writable } = {
    input: process.stdin,
    through: process.stdout,
  },
): OwnCommand {
  return {
    name: 'ingest',
    async run(argv, env, { say, complain }) {
      const options = readOptions(argv, env);
      if (options === null) {
        say(HELP);
        return HEALTHY;
      }
      const { file, tee, wait } = options;
      const url = await targetOf(options);
      const input = file === undefined ? streams.input : createReadStream(file);
      const sender = createLineSender({
        url,
        key: env['ORGANOSCOPE_KEY'] || undefined,
        patienceMs: wait * 1000,
        random: Math.random,
        elapsed: () => performance.now(),
        onTrouble: (words) => complain(`organoscope ingest: ${words}`),
      });
      const cutter = createLineCutter();
      for await (const chunk of input) {
        const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
        if (tee && !streams.through.write(bytes)) await once(streams.through, 'drain');
        await sender.push(cutter.push(bytes));
      }
      await sender.push(cutter.finish());
      const failure = await sender.finish();
      if (failure === null) return HEALTHY;
      complain(`organoscope ingest: not everything was taken: ${failure}`);
      return NOT_DELIVERED;
    },
  };
}

/** @throws AppError `invalid-setting` naming the argument and what was expected */
function readOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options | null {
  const { values, positionals } = parse(argv);
  if (values.help === true) return null;
  const [what, ...more] = positionals;
  if (what !== 'codex' || more.length > 0) {
    throw new AppError('invalid-setting', 'expected what to ingest: codex (see --help)');
  }
  const url = values.url ?? (env['ORGANOSCOPE_URL'] || DEFAULT_URL);
  const options = optionsSchema.safeParse({ ...values, url });
  if (options.success) return options.data;
  const [issue] = options.error.issues;
  const name = issue?.path.join('.') ?? '';
  throw new AppError('invalid-setting', `--${name}: ${issue?.message ?? 'not valid'}`);
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        url: text,
        tee: flag,
        file: text,
        cwd: text,
        model: text,
        label: text,
        wait: text,
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid-setting', `${detail} (see --help)`, { cause });
  }
}

async function targetOf({ url, file, cwd, model, label }: Options): Promise<URL> {
  const target = new URL(PATH, url);
  const invocation = file === undefined ? randomUUID() : `sha256:${await digestOf(file)}`;
  const folder = cwd ?? (file === undefined ? process.cwd() : undefined);
  const query = { invocation, host: hostname().slice(0, 100), cwd: folder, model, label };
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) target.searchParams.set(name, value);
  }
  return target;
}

/** @throws AppError when the file cannot be read */
async function digestOf(file: string): Promise<string> {
  const digest = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) digest.update(chunk);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid-setting', `--file: ${detail}`, { cause });
  }
  return digest.digest('hex');
}
