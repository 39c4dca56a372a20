import { hash } from 'node:crypto';
import { hostname } from 'node:os';

import { z } from 'zod';

import type { Launch } from './names.ts';
import { organismIdOf } from './names.ts';

/** An upload without an invocation has its bytes for a name: the same file is the same process. */
const SAVED = 'sha256:';

const word = z.string().min(1, 'expected text').max(1024, 'expected at most 1024 characters');
const flag = z.enum(['true', 'false', '1', '0'], { error: 'expected true or false' });
export const querySchema = z.object({
  invocation: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, 'expected 1 to 128 letters, digits, dots, colons, dashes')
    .optional(),
  line: z.coerce
    .number({ error: 'expected a line number' })
    .int('expected a whole line number')
    .min(1, 'expected a line number from 1')
    .max(1e9, 'expected a line number up to 1e9')
    .default(1),
  end: flag.default('false'),
  cwd: word.optional(),
  model: word.max(200).optional(),
  provider: word.max(200).optional(),
  label: word.max(120).optional(),
  host: word.max(100).optional(),
});
type Query = z.output<typeof querySchema>;

/** A part of a process's output. */
export interface Part {
  readonly invocation: string;
  readonly launch: Launch;
  readonly firstLine: number;
  /** Whole ones, but for what stands at the ends of a saved file. */
  readonly lines: readonly string[];
  /** All of them as they came: a cut may be in the middle of a character. */
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

/** Whether it is of a file, and not of a process that is still at work. */
export function isSaved({ invocation }: Pick<Part, 'invocation'>): boolean {
  return invocation.startsWith(SAVED);
}

export function partOf(query: Query, body: Buffer): Part {
  const isWhole = query.invocation === undefined;
  const isLast = isWhole || query.end === 'true' || query.end === '1';
  const lines = body.toString('utf8').split('\n');
  // After the last line end there is nothing, or a line that is still being written.
  if (!isLast || lines.at(-1) === '') lines.pop();
  const { label = null, cwd = null, host = hostname(), model = null, provider = null } = query;
  return {
    invocation: query.invocation ?? `${SAVED}${hash('sha256', body, 'hex')}`,
    launch: { organismId: organismIdOf({ label, host, cwd }), cwd, model, provider },
    firstLine: isWhole ? 1 : query.line,
    lines,
    bytes: body,
    isLast,
  };
}
