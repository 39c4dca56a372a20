import type { Bar } from './torture-test.ts';

const MAX_FRACTION_DIGITS = 1;

function bar(name: string, found: number, wanted: string, isMet: boolean): Bar {
  return { name, found: format(found), wanted, isMet };
}

export function isExactly(name: string, found: number, wanted: number): Bar {
  return bar(name, found, format(wanted), found === wanted);
}

export function isAtMost(name: string, found: number, limit: number): Bar {
  return bar(name, found, `≤ ${format(limit)}`, found <= limit);
}

export function isAtLeast(name: string, found: number, limit: number): Bar {
  return bar(name, found, `≥ ${format(limit)}`, found >= limit);
}

/** For what is no number; `found` says what was seen. */
export function holds(name: string, isMet: boolean, found: string): Bar {
  return { name, found, wanted: 'true', isMet };
}

function format(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: MAX_FRACTION_DIGITS });
}
