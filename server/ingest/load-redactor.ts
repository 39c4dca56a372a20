import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { AppError } from '../app-error.ts';
import type { Redactor } from './redact.ts';
import { createRedactor } from './redact.ts';

const additionsSchema = z.strictObject({
  rules: z.array(z.strictObject({ label: z.string(), pattern: z.string() })).default([]),
  keyNames: z.array(z.string()).default([]),
});

/**
 * The floor with the additions of the operator's file, if there is one.
 * @throws AppError `invalid-setting` naming the file and what is wrong with it
 */
export function loadRedactor(file: string | undefined): Redactor {
  if (file === undefined) return createRedactor({ profile: 'standard' });
  try {
    const { rules, keyNames } = additionsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return createRedactor({ profile: 'standard', extraRules: rules, extraKeyNames: keyNames });
  } catch (cause) {
    const detail = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new AppError('invalid-setting', `--redact-file: ${file}: ${detail}`, { cause });
  }
}
