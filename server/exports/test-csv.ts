import { expect } from 'vitest';

/** RFC 4180, strictly: every record ends in CRLF, quotes are doubled, nothing else is bent. */
export function parseCsv(text: string): Record<string, string>[] {
  const records: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const record: string[] = [];
    for (;;) {
      const quoted = /"((?:[^"]|"")*)"/y;
      const plain = /[^",\r\n]*/y;
      quoted.lastIndex = at;
      plain.lastIndex = at;
      const match = quoted.exec(text) ?? plain.exec(text);
      record.push((match?.[1] ?? match?.[0] ?? '').replaceAll('""', '"'));
      at += match?.[0].length ?? 0;
      if (text[at] !== ',') break;
      at += 1;
    }
    expect(text.slice(at, at + 2)).toBe('\r\n');
    at += 2;
    records.push(record);
  }
  const [header = [], ...rows] = records;
  for (const row of rows) expect(row).toHaveLength(header.length);
  return rows.map((row) =>
    Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])),
  );
}

/** Of an amount as exports write it. */
export function toNanos(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(9, '0'));
}
