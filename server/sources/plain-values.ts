import { isRecord } from '#organism/record.ts';

/** Values of parsed JSON read by hand, as leniently as `lenient.ts` reads them: what is of another type is not there. */

/** More tokens, bytes or milliseconds than any one record can mean. */
export const MAX_AMOUNT = 1e12;

/** A text with something in it. */
export function filled(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Any text, an empty one too. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What `count` reads, of one value by itself. */
export function countOf(value: unknown): number | null {
  const isCount = Number.isInteger(value) && typeof value === 'number';
  return isCount && value >= 0 && value <= MAX_AMOUNT ? value : null;
}

/** A count as it was given, or nothing, in whole numbers. */
export function whole(value: number | null | undefined): number {
  return Math.floor(value ?? 0);
}

/** What JSON says, or the text itself where it is none. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
