/** Longer search texts are cut: SQLite refuses patterns beyond 50,000 bytes. */
const MAX_PATTERN_CHARS = 1000;

/** For `LIKE ? ESCAPE '\'`: the text anywhere in a column, ASCII letters in either case. */
export function likeAnywhere(text: string): string {
  return `%${escapeLike(text.slice(0, MAX_PATTERN_CHARS))}%`;
}

function escapeLike(text: string): string {
  return text.toWellFormed().replaceAll(/[\\%_]/g, String.raw`\$&`);
}
