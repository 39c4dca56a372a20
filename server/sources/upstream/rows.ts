import type { z } from 'zod';

import type { UnreadableInput } from '../source.ts';

const SAMPLE_CHARS = 200;

/** What could be read of a list, and what could not. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly rejects: readonly UnreadableInput[];
}

/** Reads each row of a list by itself: one that is unreadable is refused and stops nothing. */
export function readRows<T>(rows: readonly unknown[], schema: z.ZodType<T>, what: string): Rows<T> {
  const readable: T[] = [];
  const rejects: UnreadableInput[] = [];
  for (const row of rows) {
    const read = schema.safeParse(row);
    if (read.success) readable.push(read.data);
    else rejects.push(rejectOf(`${what}${issueOf(read.error)}`, row));
  }
  return { rows: readable, rejects };
}

export function rejectOf(problem: string, input: unknown): UnreadableInput {
  const sample = (JSON.stringify(input) ?? '').slice(0, SAMPLE_CHARS);
  return { reason: 'invalid-event', detail: problem, sample };
}

function issueOf({ issues: [issue] }: z.ZodError): string {
  const path = (issue?.path ?? []).map((part) => `.${String(part)}`).join('');
  return `${path}: ${issue?.message ?? 'unreadable'}`;
}
