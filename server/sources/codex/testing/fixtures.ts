import { readFileSync } from 'node:fs';

/** Output and session file of the real Codex 0.169, line by line. */
export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

export const THREAD = '01a1fbf4-6953-7f02-b1ec-05d00fe88ba0';
