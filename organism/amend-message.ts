import { isRecord } from './record.ts';

/** What was said: one text, or what was asked and what was answered. Taken together, never mixed. */
const SAID = ['text', 'prompt', 'completion'] as const;

/**
 * A message's payload with what another telling of the same message has more: fields that were
 * absent, and a longer text for what was said. What both tell stays as it was told first.
 * @returns null when there is nothing more in it
 */
export function amendPayload(known: unknown, next: unknown): Record<string, unknown> | null {
  if (!isRecord(known) || !isRecord(next)) return null;
  const isLonger = saidChars(next) > saidChars(known);
  const absent = Object.entries(next).filter(
    ([field, value]) => !isSaid(field) && isAbsent(known[field]) && !isAbsent(value),
  );
  if (!isLonger && absent.length === 0) return null;
  const said = Object.entries(isLonger ? next : known).filter(([field]) => isSaid(field));
  const rest = Object.entries(known).filter(([field]) => !isSaid(field));
  return Object.fromEntries([...said, ...rest, ...absent]);
}

/** Whether the field of a payload holds what was said, not a fact about it. */
export function isSaid(field: string): boolean {
  return SAID.some((known) => known === field);
}

function saidChars(payload: Readonly<Record<string, unknown>>): number {
  const texts = SAID.map((field) => payload[field]).filter((text) => typeof text === 'string');
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** Null, an absent key and an empty list mean the same. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
