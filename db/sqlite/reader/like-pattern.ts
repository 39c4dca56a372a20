/** Longer search texts are cut: SQLite refuses patterns beyond 50,000 bytes. */
const MAX_PATTERN_CHARS = 1000;

/** For `LIKE ? ESCAPE '\'`: the text anywhere in a column, ASCII letters in either case. */
export function likeAnywhere(text: string): string {
  return `%${escapeLike(text.slice(0, MAX_PATTERN_CHARS))}%`;
}

/** The same for a column of JSON, where quotes, backslashes and line ends are escaped. */
export function likeInJson(text: string): string {
  return `%${escapeLike(JSON.stringify(text.slice(0, MAX_PATTERN_CHARS)).slice(1, -1))}%`;
}

function escapeLike(text: string): string {
  return text.toWellFormed().replaceAll(/[\\%_]/g, String.raw`\$&`);
}
