/** What a line of a session file says at its start, where Codex writes its type. */

const HEAD_CHARS = 160;

/** Newer builds number their lines and repeat in `response_item` lines what their events say. */
export function isRepeated(raw: string): boolean {
  const head = raw.slice(0, HEAD_CHARS);
  return head.includes('"ordinal":') && head.includes('"type":"response_item"');
}

const STAMP = Buffer.from('{"timestamp":"');
const ORDINAL = Buffer.from('"ordinal":');
const TYPE = Buffer.from('"type":"');
const EVENT = Buffer.from('event_msg","payload":{"type":"');
const COUNTS = Buffer.from('token_count"');
const TOTAL = Buffer.concat([EVENT, COUNTS, Buffer.from(',"info":{"total_token_usage":')]);
/** Types of lines that count no tokens and name no model. */
const NO_USE = ['response_item"', 'compacted"', 'world_state"'].map((type) => Buffer.from(type));
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
/** Of a time, or of a number. */
const MAX_FIELD_BYTES = 40;

/**
 * Whether a line counts no tokens and names no model, without parsing it: most of a file. Of what
 * does not begin as Codex writes it nothing is known.
 */
export function isOfNoUse(bytes: Buffer, begin: number): boolean {
  const type = typeAt(bytes, begin);
  if (isAt(bytes, type, EVENT)) return !isAt(bytes, type + EVENT.length, COUNTS);
  return NO_USE.some((name) => isAt(bytes, type, name));
}

/** Whether a line counts exactly those tokens, spelt as they are. */
export function isCountOf(bytes: Buffer, begin: number, counters: string): boolean {
  const type = typeAt(bytes, begin);
  if (!isAt(bytes, type, TOTAL)) return false;
  const from = type + TOTAL.length;
  return bytes.toString('latin1', from, from + counters.length) === counters;
}

/** Where the type of a line is named; behind everything when that is not where Codex names it. */
function typeAt(bytes: Buffer, begin: number): number {
  if (!isAt(bytes, begin, STAMP)) return bytes.length;
  const stamped = behind(bytes, begin + STAMP.length, QUOTE) + 1;
  const numbered = isAt(bytes, stamped, ORDINAL) ? behind(bytes, stamped, COMMA) : stamped;
  return isAt(bytes, numbered, TYPE) ? numbered + TYPE.length : bytes.length;
}

function isAt(bytes: Buffer, at: number, word: Buffer): boolean {
  for (let index = 0; index < word.length; index += 1) {
    if (bytes[at + index] !== word[index]) return false;
  }
  return true;
}

/** Behind the next `end` byte; nowhere, which is where nothing is, when it is not near. */
function behind(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < from + MAX_FIELD_BYTES; at += 1) {
    if (bytes[at] === end) return at + 1;
    if (bytes[at] === BACKSLASH) break;
  }
  return bytes.length;
}
