import { isSafeNumber, parse } from 'lossless-json';

import type { UnreadableInput } from '../source.ts';

/** JSON nested deeper than this is an attack on whatever walks it. */
export const MAX_DEPTH = 64;
const SAMPLE_CHARS = 200;

export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reject: UnreadableInput };

/** Parses foreign JSON within bounds; integers beyond 2^53 keep their digits as text. */
export function parseJson(text: string, source: string, maxDepth: number = MAX_DEPTH): ParsedJson {
  if (isDeeperThan(text, maxDepth)) {
    return refuse('too-deep', `${source}: JSON nested deeper than ${maxDepth}`, text);
  }
  try {
    return { ok: true, value: /\d{16}/.test(text) ? parseLossless(text) : JSON.parse(text) };
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, SAMPLE_CHARS) : 'unreadable';
    return refuse('invalid-json', `${source}: expected JSON: ${detail}`, text);
  }
}

function parseLossless(text: string): unknown {
  return parse(text, undefined, (digits) => (isSafeNumber(digits) ? Number(digits) : digits));
}

function refuse(reason: UnreadableInput['reason'], detail: string, text: string): ParsedJson {
  return { ok: false, reject: { reason, detail, sample: text.slice(0, SAMPLE_CHARS) } };
}

/** Counts brackets outside strings without recursion, before any parser recurses. */
function isDeeperThan(text: string, maxDepth: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isInString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) isInString = false;
    } else if (code === 0x22) isInString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}
