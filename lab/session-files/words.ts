import { CODE_SAMPLES, FILE_PATHS, QUERIES, SENTENCES } from '#lab/agentserver/payload-texts.ts';
import type { Random } from '#lab/agentserver/random.ts';

/** What coding agents say, read and write, cut from one long text: quick, and never twice the same. */
export interface Words {
  /** A piece of about so many characters. */
  piece(minChars: number, maxChars: number): string;
  ask(): string;
  path(): string;
  /** Letters and digits, as in the ids of an API. */
  id(chars: number): string;
}

const POOL_CHARS = 1 << 18;
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789';

export function createWords(random: Random): Words {
  const parts = [...CODE_SAMPLES, ...SENTENCES, ...QUERIES, ...FILE_PATHS];
  let pool = '';
  while (pool.length < POOL_CHARS) pool += `${random.pick(parts)}\n`;

  return {
    piece(minChars, maxChars) {
      const from = random.int(0, pool.length - maxChars - 1);
      return pool.slice(from, from + random.int(minChars, maxChars)).toWellFormed();
    },
    ask: () => random.pick(SENTENCES),
    path: () => random.pick(FILE_PATHS),
    id: (chars) =>
      Array.from({ length: chars }, () => ALPHABET[random.int(0, ALPHABET.length - 1)]).join(''),
  };
}
