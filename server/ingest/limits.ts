/** JSON nested deeper than this is an attack on whatever walks it later. */
export const MAX_JSON_DEPTH = 64;
/** More values than this take longer to build than one turn of the event loop may last. */
const MAX_JSON_VALUES = 500_000;
const MAX_TOKENS = 1e12;
const MAX_ID_BYTES = 256;

/** Why a foreign text was refused; `detail` names the source and never repeats the text. */
interface Refusal {
  readonly ok: false;
  readonly reason: 'too-large' | 'too-deep' | 'invalid-json';
  readonly detail: string;
}
type BoundedJson = { readonly ok: true; readonly value: unknown } | Refusal;

interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth?: number | undefined;
  /** Of all objects together: each new name costs more than a value. Absent: as many as values. */
  readonly maxKeys?: number | undefined;
  /** The same for one event: an element where the document is an array, else the document. */
  readonly maxEventKeys?: number | undefined;
  /** A bare NaN or Infinity becomes its text, so that it costs its field and not the document. */
  readonly areBareWordsText?: boolean | undefined;
  readonly source: string;
}

type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly detail: string };

/** Where an integer of 16 digits or more may stand: after a delimiter, not inside quotes. */
const LONG_INTEGER = /(?:^|[:,[\s-])\d{16}/;
/** What an overflowing number holds: such an exponent, or a run of digits. Ids may match too. */
const LARGE_EXPONENT = /[\d.][eE]\+?\d{3}/;
const LARGE_DIGITS = 200;
const ARRAY = /^\ufeff?\s*\[/;
/** Like the fields of an event; anything else may hold a secret. */
const FIELD_NAME = /^[a-zA-Z]{1,32}$/;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NUMBER_OR_WORD = /-?(?:(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)|NaN/y;
/** In strings too, where it costs time only. */
const BARE_WORD = /NaN|Infinity/;
const NOT_PRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Parses JSON from outside: size, depth and number of values are checked before anything recurses.
 * A number no double holds, an integer beyond 2^53 or `1e400`, becomes its text, so that ids stay
 * exact, a token count of that size fails its check, and what stands beside it is not lost. Of duplicate keys the last counts; `__proto__`
 * is an own property like any other, so copy parsed objects by listed fields, never by merging.
 */
export function parseBounded(text: string, limits: JsonLimits): BoundedJson {
  const { maxBytes, source } = limits;
  if (isLargerThan(text, maxBytes)) {
    return refuse('too-large', `${source}: JSON of more than ${maxBytes} bytes`);
  }
  const excess = findExcess(text, limits);
  if (excess !== null) return refuse(excess.reason, `${source}: ${excess.what}`);
  const document = text.startsWith('\ufeff') ? text.slice(1) : text;
  try {
    return { ok: true, value: parseExactly(document, limits.areBareWordsText ?? false) };
  } catch {
    return refuse('invalid-json', `${source}: ${describeFault(text)}`);
  }
}

/** A count of tokens: an integer from 0 to 1e12, as a number. */
export function checkTokens(value: unknown, field: string): Checked<number> {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS) {
    return { ok: true, value: value + 0 };
  }
  const got = typeof value === 'number' ? String(value) : typeOf(value);
  return { ok: false, detail: `${field}: expected an integer from 0 to ${MAX_TOKENS}, got ${got}` };
}

/** An id: 1 to 256 bytes of text that can be seen, without control, direction or joining marks. */
export function checkId(value: unknown, field: string): Checked<string> {
  const expected = `${field}: expected 1 to ${MAX_ID_BYTES} bytes of printable text`;
  if (typeof value !== 'string') return { ok: false, detail: `${expected}, got ${typeOf(value)}` };
  if (value.trim() === '') return { ok: false, detail: `${expected}, got blank text` };
  if (isLargerThan(value, MAX_ID_BYTES)) return { ok: false, detail: `${expected}, got more` };
  const hidden = NOT_PRINTABLE.exec(value);
  if (hidden === null) return { ok: true, value };
  const code = (hidden[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { ok: false, detail: `${expected}, got U+${code} at position ${hidden.index}` };
}

function refuse(reason: Refusal['reason'], detail: string): Refusal {
  return { ok: false, reason, detail };
}

/** A UTF-16 unit is 1 to 3 bytes of UTF-8: most texts need no counting. */
function isLargerThan(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}

/** Counts brackets, commas and colons outside strings; exact up to the first fault, where parsing stops anyway. */
function findExcess(
  text: string,
  {
    maxDepth = MAX_JSON_DEPTH,
    maxKeys = MAX_JSON_VALUES,
    maxEventKeys = MAX_JSON_VALUES,
  }: JsonLimits,
): { reason: Refusal['reason']; what: string } | null {
  const isArray = ARRAY.test(text);
  let depth = 0;
  let values = 1;
  let keys = 0;
  const event = { index: 0, start: 0, keys: 0 };
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x22) index = endOfString(text, index);
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > maxDepth) {
        const what = `JSON nested deeper than ${maxDepth} at position ${index}`;
        return { reason: 'too-deep', what };
      }
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
    else if (code === 0x2c) {
      values += 1;
      if (values > MAX_JSON_VALUES) {
        return { reason: 'too-large', what: `JSON of more than ${MAX_JSON_VALUES} values` };
      }
      if (isArray && depth === 1) {
        event.index += 1;
        event.start = index;
        event.keys = 0;
      }
    } else if (code === 0x3a) {
      keys += 1;
      if (keys > maxKeys) {
        return { reason: 'too-large', what: `JSON of more than ${maxKeys} names` };
      }
      event.keys += 1;
      if (event.keys > maxEventKeys) {
        const place = [
          ...(isArray ? [`event ${event.index}`] : []),
          ...fieldAt(text, event.start, index),
        ];
        const what = [...place, `more than ${maxEventKeys} names in one event`].join(': ');
        return { reason: 'too-large', what };
      }
    }
  }
  return null;
}

/** The field of the first object behind `start` that holds `position`, where its name can be shown. */
function fieldAt(text: string, start: number, position: number): string[] {
  let depth = 0;
  let name = '';
  const first = text.indexOf('{', start);
  for (let index = first; index < position; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x22) {
      const end = endOfString(text, index);
      if (depth === 1) name = text.slice(index + 1, end);
      index = end;
    } else if (code === 0x5b || code === 0x7b) depth += 1;
    else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return depth > 1 && FIELD_NAME.test(name) ? [name] : [];
}

/** Index of the quote that closes the string opened at `open`, or the end of the text. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close === -1 ? text.length : close;
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes += 1;
  return backslashes % 2 === 1;
}

/**
 * Quotes the numbers a double cannot hold and leaves the rest to the native parser: an exact
 * parser in JavaScript takes ten times as long, which a 4 MiB frame would turn into a stall.
 */
function parseExactly(text: string, areBareWordsText: boolean): unknown {
  const hasBareWord = areBareWordsText && BARE_WORD.test(text);
  const isSafe =
    !hasBareWord &&
    !LONG_INTEGER.test(text) &&
    !LARGE_EXPONENT.test(text) &&
    !hasDigitRun(text, LARGE_DIGITS);
  if (isSafe) return JSON.parse(text);
  const token = hasBareWord ? NUMBER_OR_WORD : NUMBER;
  let exact = '';
  let done = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x22) index = endOfString(text, index);
    if (!isNumberStart(code) && !(hasBareWord && isWordStart(code))) continue;
    token.lastIndex = index;
    const digits = token.exec(text)?.[0];
    if (digits === undefined) continue;
    const end = index + digits.length;
    if (needsQuotes(digits) && !isKeyPosition(text, end)) {
      exact += `${text.slice(done, index)}"${digits}"`;
      done = end;
    }
    index = end - 1;
  }
  return JSON.parse(exact + text.slice(done));
}

function isNumberStart(code: number): boolean {
  return code === 0x2d || isDigit(code);
}

function isWordStart(code: number): boolean {
  return code === 0x49 || code === 0x4e;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function needsQuotes(digits: string): boolean {
  // A bare word too is nothing a double of JSON holds.
  const number = Number(digits);
  if (!Number.isFinite(number)) return true;
  return digits.length >= 16 && /^-?\d+$/.test(digits) && !Number.isSafeInteger(number);
}

/** A bare number before a colon is a fault, which quotes would hide. */
function isKeyPosition(text: string, end: number): boolean {
  let next = end;
  while (text.charCodeAt(next) <= 0x20) next += 1;
  return text[next] === ':';
}

/** Looks at every so many characters only: a pattern would count each run from each of its digits. */
function hasDigitRun(text: string, length: number): boolean {
  const step = Math.floor(length / 2);
  for (let index = 0; index < text.length; index += step) {
    if (!isDigit(text.charCodeAt(index))) continue;
    let start = index;
    while (isDigit(text.charCodeAt(start - 1))) start -= 1;
    let end = index + 1;
    while (isDigit(text.charCodeAt(end))) end += 1;
    if (end - start >= length) return true;
    index = Math.max(index, end - step);
  }
  return false;
}

/** Says what is wrong without repeating the text, which may hold a secret. */
function describeFault(text: string): string {
  if (text.trim() === '') return 'expected JSON, got nothing';
  let open = text.indexOf('"');
  let outside = 0;
  for (const hit of text.matchAll(/NaN|-?Infinity/g)) {
    while (open !== -1 && open < hit.index) {
      outside = endOfString(text, open) + 1;
      open = text.indexOf('"', outside);
    }
    if (outside <= hit.index) return `expected JSON, got ${hit[0]} at position ${hit.index}`;
  }
  return `expected one JSON document, got ${text.length} characters that are not`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
