import { formatInstant } from '#organism/instant.ts';

/** Of parts that say what a file is about, so that a saved one still does. */
export function fileName(parts: readonly string[], extension: string): string {
  const name = parts.map((part) => part.replaceAll(/[^A-Za-z0-9.-]+/g, '-')).join('_');
  return `${name}.${extension}`;
}

/** A range's dates in UTC, for a file's name; open ends are said in words. */
export function rangeNames({ from, to }: { from: number | null; to: number | null }): string[] {
  return [
    from === null ? 'start' : formatInstant(from).slice(0, 10),
    to === null ? 'now' : formatInstant(to).slice(0, 10),
  ];
}
