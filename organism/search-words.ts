/**
 * What text search compares: words, not parts of them. The store's index, its search of what is not
 * indexed yet and the browser's live filters all use these rules, so that they agree.
 */

/** Longer words (hashes, base64) are known by their beginning. */
const MAX_WORD_CHARS = 40;
/** Of a payload; what comes later in it is not searched. */
const MAX_SEARCHED_CHARS = 100_000;

/** A word to find; one being typed may still be the beginning of a longer one. */
export interface SearchWord {
  readonly word: string;
  readonly isPrefix: boolean;
}

/** Written without spaces: known by each two neighbouring letters. */
const DENSE = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const DENSE_RUN = new RegExp(`^[${DENSE}]+$`, 'u');
/** Runs of one kind: dense letters, other letters and digits, or a single symbol such as an emoji. */
const RUNS = new RegExp(String.raw`[${DENSE}]+|(?:(?![${DENSE}])[\p{L}\p{N}])+|\p{So}`, 'gu');
const PLAIN = /^[\0-\x7f]*$/;
const PLAIN_RUNS = /[a-z0-9]+/g;

/** The distinct words of a text: in lower case, without accents. */
export function wordsOf(text: string): Set<string> {
  const words = new Set<string>();
  for (const run of runsOf(text)) {
    if (!DENSE_RUN.test(run)) words.add(cut(run));
    else for (const pair of pairsOf(Array.from(run))) words.add(pair);
  }
  return words;
}

/** All must occur; the last may be the beginning of a word. Empty when the text holds no word. */
export function parseSearch(text: string): readonly SearchWord[] {
  const found = runsOf(text).flatMap((run): readonly SearchWord[] => {
    if (!DENSE_RUN.test(run)) return [{ word: cut(run), isPrefix: false }];
    const letters = Array.from(run);
    if (letters.length === 1) return [{ word: run, isPrefix: true }];
    // The last letter alone is a word of the text only to be found by itself.
    return pairsOf(letters)
      .slice(0, -1)
      .map((word) => ({ word, isPrefix: false }));
  });
  return found.map(({ word, isPrefix }, i) => ({
    word,
    isPrefix: isPrefix || i === found.length - 1,
  }));
}

export function matchesSearch(words: ReadonlySet<string>, search: readonly SearchWord[]): boolean {
  return search.length > 0 && search.every((wanted) => holds(words, wanted));
}

function holds(words: ReadonlySet<string>, { word, isPrefix }: SearchWord): boolean {
  if (words.has(word)) return true;
  if (!isPrefix) return false;
  for (const one of words) if (one.startsWith(word)) return true;
  return false;
}

/** Folded as words are: a text without a word's letters in it cannot hold the word. */
export function foldText(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

/** The texts, numbers and keys of a payload, whatever its shape. */
export function payloadText(payload: unknown): string {
  const parts: string[] = [];
  let left = MAX_SEARCHED_CHARS;
  const waiting: unknown[] = [payload];
  while (waiting.length > 0 && left > 0) {
    const value = waiting.pop();
    if (Array.isArray(value)) waiting.push(...value.toReversed());
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value).reverse()) waiting.push(item, key);
    } else if (isPlainValue(value)) {
      const part = String(value).slice(0, left);
      left -= part.length + 1;
      parts.push(part);
    }
  }
  return parts.join(' ');
}

function isPlainValue(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function runsOf(text: string): readonly string[] {
  const folded = foldText(text);
  return folded.match(PLAIN.test(folded) ? PLAIN_RUNS : RUNS) ?? [];
}

/** Whole letters: half of one could not be stored. */
function cut(run: string): string {
  if (run.length <= MAX_WORD_CHARS) return run;
  return Array.from(run).slice(0, MAX_WORD_CHARS).join('');
}

/** Each two neighbours, then the last letter. */
function pairsOf(letters: readonly string[]): string[] {
  return letters.map((letter, i) => `${letter}${letters[i + 1] ?? ''}`);
}
