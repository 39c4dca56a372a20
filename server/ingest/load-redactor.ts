import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { AppError } from '../app-error.ts';
import type { Redactor } from './redact.ts';
import { createRedactor } from './redact.ts';
import type { RedactorOptions } from './redaction-options.ts';

const additionsSchema = z.strictObject({
  rules: z.array(z.strictObject({ label: z.string(), pattern: z.string() })).default([]),
  keyNames: z.array(z.string()).default([]),
});

/** The two floors. */
export interface Redactors {
  readonly redactor: Redactor;
  /** By source; see `createPreparation`. */
  readonly payloadRedactors: ReadonlyMap<string, Redactor>;
}

/**
 * The floor with the additions of the operator's file, if there is one.
 * @throws AppError `invalid-setting` naming the file and what is wrong with it
 */
export function loadRedactors(file: string | undefined): Redactors {
  if (file === undefined) return createRedactors();
  try {
    const { rules, keyNames } = additionsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return createRedactors({ extraRules: rules, extraKeyNames: keyNames });
  } catch (cause) {
    const detail = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new AppError('invalid-setting', `--redact-file: ${file}: ${detail}`, { cause });
  }
}

export function createRedactors(additions: Omit<RedactorOptions, 'profile'> = {}): Redactors {
  return {
    redactor: createRedactor({ ...additions, profile: 'standard' }),
    payloadRedactors: new Map([
      ['modelstat', createRedactor({ ...additions, profile: 'modelstat' })],
    ]),
  };
}
