import { parseBounded } from '#server/ingest/limits.ts';

import type { UnreadableInput } from '../source.ts';

/** Enough to recognise an input in quarantine; it is redacted before it is kept. */
const SAMPLE_CHARS = 200;
/** A page of 1,000 rows has fewer; 200,000 names take a second of the event loop. */
const MAX_KEYS = 40_000;

export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reject: UnreadableInput };

/** Parses an upstream's JSON within bounds; what cannot be parsed comes with a sample of it. */
export function parseJson(
  text: string,
  limits: {
    source: string;
    maxBytes: number;
    maxDepth?: number | undefined;
    areBareWordsText?: boolean | undefined;
  },
): ParsedJson {
  const parsed = parseBounded(text, { ...limits, maxKeys: MAX_KEYS });
  if (parsed.ok) return parsed;
  const { reason, detail } = parsed;
  return { ok: false, reject: { reason, detail, sample: text.slice(0, SAMPLE_CHARS) } };
}
