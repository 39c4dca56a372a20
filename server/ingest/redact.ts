import { createRedactionEngine } from './redaction-engine.ts';
import { createKeyReader } from './redaction-keys.ts';
import type { RedactorOptions } from './redaction-options.ts';
import {
  checkExtraNames,
  checkExtraRules,
  describeVersion,
  OVERSIZE_LABEL,
} from './redaction-options.ts';
import type { Count } from './redaction-scans.ts';
import { copyRedacted, isCleanTree } from './redaction-walk.ts';

/**
 * The redaction floor: what every text and value goes through before it is stored, broadcast or
 * logged. Rules can be added by configuration, never taken away. Counts say how many matches each
 * label had; the matches themselves are kept nowhere. A second pass leaves placeholders as they are
 * but may count them again: count on first ingest only.
 */
export interface Redactor {
  /** Version of the rules in force, additions included; stored with each row. */
  readonly catalogueVersion: string;
  /** Whether `redactText` and `redactValue` would give back what they were given. */
  isClean(text: string): boolean;
  isCleanValue(value: unknown): boolean;
  redactText(text: string): { readonly text: string; readonly counts: RedactionCounts };
  /** Walks parsed JSON, keys too. A value with nothing to hide comes back as it is, not copied. */
  redactValue(value: unknown): { readonly value: unknown; readonly counts: RedactionCounts };
}

type RedactionCounts = ReadonlyMap<string, number>;

const NO_COUNTS: RedactionCounts = new Map();

/**
 * Longest text searched, and most text searched per value; what is over and may hold a secret is
 * not kept. Bounds the worst case to twice that of 128 KiB; clean text of any length stays whole.
 */
const MAX_TEXT_CHARS = 131_072;
const MAX_VALUE_CHARS = 2 * MAX_TEXT_CHARS;
/** What one text costs at least, in characters: bounds values made of a million tiny secrets. */
const MIN_TEXT_CHARGE = 64;
/** A cut moves back to a blank within this reach, so that no key is left half. */
const CUT_REACH_CHARS = 4096;

/**
 * Compiles the floor, once per source.
 * @throws AppError `invalid-setting` for an extra rule or key name that is malformed or would
 *   replace a built-in
 */
export function createRedactor(options: RedactorOptions): Redactor {
  const extraRules = checkExtraRules(options.extraRules ?? []);
  const extraNames = checkExtraNames(options.extraKeyNames ?? []);
  const engine = createRedactionEngine(options.profile, extraRules);
  const readKey = createKeyReader(extraNames, engine.mayHoldSecret);

  /** Redacts one text within what is left of the budget. */
  const redactWithin = (text: string, budget: { chars: number }, count: Count): string => {
    if (!engine.mayHoldSecret(text)) return text;
    const limit = Math.max(0, Math.min(MAX_TEXT_CHARS, budget.chars));
    budget.chars -= Math.max(MIN_TEXT_CHARGE, Math.min(limit, text.length));
    if (text.length <= limit) return engine.redact(text, count);
    count(OVERSIZE_LABEL);
    return `${engine.redact(text.slice(0, cutAt(text, limit)), count)}[REDACTED:${OVERSIZE_LABEL}]`;
  };

  return {
    catalogueVersion: describeVersion(options.profile, extraRules, extraNames),

    isClean: (text) => !engine.mayHoldSecret(text),
    isCleanValue: (value) => isCleanTree(value, readKey, engine.mayHoldSecret),

    redactText(text) {
      if (!engine.mayHoldSecret(text)) return { text, counts: NO_COUNTS };
      const { counts, count } = createCounter();
      return { text: redactWithin(text, { chars: MAX_TEXT_CHARS }, count), counts };
    },

    redactValue(value) {
      if (isCleanTree(value, readKey, engine.mayHoldSecret)) return { value, counts: NO_COUNTS };
      const { counts, count } = createCounter();
      const budget = { chars: MAX_VALUE_CHARS };
      const redact = (text: string) => redactWithin(text, budget, count);
      return { value: copyRedacted(value, readKey, { redact, count }), counts };
    },
  };
}

function cutAt(text: string, limit: number): number {
  const lowest = Math.max(0, limit - CUT_REACH_CHARS);
  for (let index = limit; index > lowest; index -= 1) {
    if (text.charCodeAt(index - 1) <= 32) return index;
  }
  return limit;
}

function createCounter(): { counts: RedactionCounts; count: Count } {
  const counts = new Map<string, number>();
  return { counts, count: (label) => counts.set(label, (counts.get(label) ?? 0) + 1) };
}
