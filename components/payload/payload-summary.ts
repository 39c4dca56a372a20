import { isRecord } from '#organism/record.ts';

const DEFAULT_MAX_CHARS = 160;

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
