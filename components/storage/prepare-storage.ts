import { formatExact } from '#components/format/number.ts';
import type { Retention, Storage } from '#organism/api/storage.ts';
import { sizeWords } from '#organism/size-words.ts';

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
