import { formatExact } from '#components/format/number.ts';
import type { Retention, Storage } from '#organism/api/storage.ts';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1.5 GiB`, as disks are counted. */
export function sizeWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

export interface DiskWords {
  readonly tone: 'quiet' | 'warning' | 'error';
  readonly text: string;
}

export function diskWords({ level, freeBytes, refuseBytes }: Storage['disk']): DiskWords {
  if (freeBytes === null) return { tone: 'quiet', text: 'free space not known' };
  const free = `${sizeWords(freeBytes)} free`;
  switch (level) {
    case 'ok':
      return { tone: 'quiet', text: free };
    case 'low':
      return {
        tone: 'warning',
        text: `${free}; below ${sizeWords(refuseBytes)} nothing is taken in`,
      };
    case 'full':
      return { tone: 'error', text: `${free}: nothing is taken in until there is room` };
  }
}

const KIND_WORDS: Readonly<Record<Retention['kind'], string>> = {
  payloads: 'payloads',
  messages: 'messages',
  errors: 'errors',
  usage: 'model calls',
};

/** One line for each kind of which something is no longer kept. */
export function prunedLines(retention: readonly Retention[]): string[] {
  return retention
    .filter(({ pruned }) => pruned > 0)
    .map(({ kind, pruned }) => `${formatExact(pruned)} ${KIND_WORDS[kind]}`);
}
