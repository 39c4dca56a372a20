import { isAbsent, isSaid } from '#organism/amend-message.ts';
import { isRecord } from '#organism/record.ts';

const DEFAULT_MAX_CHARS = 160;

const ID_KEY = /^id$|_id$|[a-z]I[dD]$/;

/** A piece of a payload's summary: a value under its key, or all of it under none. */
export interface PayloadPart {
  readonly key: string | null;
  readonly text: string;
  /** Words for people, not data. */
  readonly isSaid: boolean;
}

/**
 * The start of a payload for one line: what was said first, then the other fields that hold anything,
 * each under its key, ids last. One text needs no key. Costs no more than what is shown.
 */
export function payloadParts(
  payload: unknown,
  maxChars: number = DEFAULT_MAX_CHARS,
): readonly PayloadPart[] {
  if (typeof payload === 'string') {
    return [{ key: null, text: plain(payload, maxChars), isSaid: true }];
  }
  const keys = isRecord(payload) ? firstKeys(payload, maxChars) : [];
  if (!isRecord(payload) || keys.length === 0) {
    return [{ key: null, text: summarisePayload(payload, maxChars), isSaid: false }];
  }
  const said = keys.filter((key) => isSaid(key) && typeof payload[key] === 'string');
  const told = keys.filter((key) => !said.includes(key) && !isAbsent(payload[key]));
  // An id tells a reader least, and often comes first.
  const facts = [
    ...told.filter((key) => !ID_KEY.test(key)),
    ...told.filter((key) => ID_KEY.test(key)),
  ];
  const parts: PayloadPart[] = [];
  let left = maxChars;
  for (const key of said.length + facts.length === 0 ? keys : [...said, ...facts]) {
    if (left <= 0) break;
    const part = partOf(key, payload[key], left);
    parts.push(said.length === 1 && part.isSaid ? { ...part, key: null } : part);
    left -= key.length + part.text.length;
  }
  return parts;
}

function partOf(key: string, value: unknown, maxChars: number): PayloadPart {
  const isText = typeof value === 'string';
  const text = isText ? plain(value, maxChars) : summarisePayload(value, maxChars);
  return { key: key.slice(0, maxChars), text, isSaid: isText && isSaid(key) };
}

/** The start of a text on one line, without quotes. */
function plain(text: string, maxChars: number): string {
  const start = text.slice(0, maxChars).replaceAll(/\s+/g, ' ');
  return text.length > maxChars ? `${start}…` : start;
}

/**
 * The start of a payload as one line of JSON, written only as far as it is shown: a payload of
 * megabytes costs no more than a small one. Line breaks become blanks.
 */
export function summarisePayload(payload: unknown, maxChars: number = DEFAULT_MAX_CHARS): string {
  const line: Line = { text: '', left: maxChars };
  write(line, payload);
  return line.left > 0 ? line.text : `${line.text.slice(0, maxChars)}…`;
}

type Line = { text: string; left: number };

function write(line: Line, value: unknown): void {
  if (typeof value === 'string') return put(line, quote(value, line.left));
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return writeEntries(line, '[]', items.length, (index) => write(line, items[index]));
  }
  if (!isRecord(value)) return put(line, String(value));
  const keys = firstKeys(value, line.left);
  writeEntries(line, '{}', keys.length, (index) => {
    const key = keys[index] ?? '';
    put(line, `${key.slice(0, line.left)}: `);
    write(line, value[key]);
  });
}

function writeEntries(
  line: Line,
  brackets: '[]' | '{}',
  count: number,
  entry: (index: number) => void,
): void {
  const [open = '', close = ''] = brackets;
  put(line, open);
  for (let index = 0; index < count && line.left > 0; index += 1) {
    if (index > 0) put(line, ', ');
    entry(index);
  }
  put(line, close);
}

function put(line: Line, text: string): void {
  line.text += text;
  line.left -= text.length;
}

function quote(text: string, maxChars: number): string {
  return `"${text.slice(0, maxChars + 1).replaceAll(/\s+/g, ' ')}"`;
}

/** Every key takes at least two characters, so more than this cannot be shown. */
function firstKeys(entries: Readonly<Record<string, unknown>>, maxKeys: number): string[] {
  const keys: string[] = [];
  for (const key in entries) {
    if (keys.length >= maxKeys) break;
    keys.push(key);
  }
  return keys;
}
