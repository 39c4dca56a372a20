import { expect } from 'vitest';

import { parseInstant } from '#organism/instant.ts';

/** Matchers with a type: vitest's own are `any`. */
export const anyText: unknown = expect.any(String);
export const anyNumber: unknown = expect.any(Number);

export function textWith(part: string): unknown {
  return expect.stringContaining(part);
}

export function objectWith(fields: Record<string, unknown>): unknown {
  return expect.objectContaining(fields);
}

/** Every time can be read, and none is older than the one after it. */
export function expectNewestFirst(times: readonly (string | null | undefined)[]): void {
  const instants = times.map((time) => parseInstant(time ?? ''));
  expect(instants).not.toContain(null);
  expect(instants).toEqual([...instants].sort((a, b) => Number(b) - Number(a)));
}
