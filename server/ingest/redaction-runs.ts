/** A set of characters, by UTF-16 code. */
export type CharSet = (code: number) => boolean;

/** The ASCII characters of a class as written in a regular expression, without its brackets. */
export function asciiSet(characters: string): CharSet {
  const pattern = new RegExp(`[${characters}]`);
  const table = Uint8Array.from({ length: 128 }, (_, code) =>
    pattern.test(String.fromCharCode(code)) ? 1 : 0,
  );
  return (code) => code < 128 && table[code] === 1;
}

/** JavaScript's `\s`. */
export function isSpace(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13);
  return code >= 160 && /\s/.test(String.fromCharCode(code));
}

export const isWordChar = asciiSet('\\w');

/** First index at or after `floor` from which all characters up to `from` are in the set. */
export function skipBack(text: string, from: number, floor: number, isIn: CharSet): number {
  let index = from;
  while (index > floor && isIn(text.charCodeAt(index - 1))) index -= 1;
  return index;
}

/** First index at or after `from` whose character is not in the set. */
export function skipAhead(text: string, from: number, isIn: CharSet): number {
  let index = from;
  while (index < text.length && isIn(text.charCodeAt(index))) index += 1;
  return index;
}

/**
 * Visits the runs of at least `minChars` characters of a set, until `visit` says stop. A run that
 * long covers a multiple of `minChars`, so prose costs one look per `minChars` characters.
 */
export function visitRuns(
  text: string,
  run: { isIn: CharSet; minChars: number },
  visit: (start: number, end: number) => boolean,
): void {
  const { isIn, minChars } = run;
  let probe = minChars - 1;
  let floor = 0;
  while (probe < text.length) {
    if (!isIn(text.charCodeAt(probe))) {
      probe += minChars;
      continue;
    }
    const start = skipBack(text, probe, floor, isIn);
    const end = skipAhead(text, probe, isIn);
    if (end - start >= minChars && !visit(start, end)) return;
    floor = end;
    probe = end + minChars;
  }
}

/** Replaces the runs that `visitRuns` finds; null keeps one. */
export function replaceRuns(
  text: string,
  run: { isIn: CharSet; minChars: number },
  replace: (start: number, end: number) => string | null,
): string {
  let result = '';
  let done = 0;
  visitRuns(text, run, (start, end) => {
    const replacement = replace(start, end);
    if (replacement === null) return true;
    result += text.slice(done, start) + replacement;
    done = end;
    return true;
  });
  return done === 0 ? text : result + text.slice(done);
}

/** Rewrites each run of a set that holds a hit of `hint` (a global expression), each run once. */
export function rewriteAround(
  text: string,
  hint: RegExp,
  isIn: CharSet,
  rewrite: (run: string) => string,
): string {
  let result = '';
  let done = 0;
  hint.lastIndex = 0;
  for (let hit = hint.exec(text); hit !== null; hit = hint.exec(text)) {
    const start = skipBack(text, hit.index, done, isIn);
    const end = skipAhead(text, Math.max(hit.index + 1, start), isIn);
    result += text.slice(done, start) + rewrite(text.slice(start, end));
    done = end;
    hint.lastIndex = end;
  }
  return done === 0 ? text : result + text.slice(done);
}
