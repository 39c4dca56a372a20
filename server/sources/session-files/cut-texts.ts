/** One text of a payload keeps so much: a whole file may be in it, and is on the disk anyway. */
const MAX_TEXT_CHARS = 32_768;

/** Long texts end where they are cut, with how much is missing; what has none is not copied. */
export function cutTexts(value: unknown): unknown {
  if (typeof value === 'string') return cutText(value);
  if (Array.isArray(value)) return hasLong(value) ? value.map((item) => cutTexts(item)) : value;
  if (typeof value !== 'object' || value === null || !hasLong(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cutTexts(item)]));
}

function cutText(text: string): string {
  if (text.length <= MAX_TEXT_CHARS) return text;
  return `${text.slice(0, MAX_TEXT_CHARS)}… (${text.length - MAX_TEXT_CHARS} more characters)`;
}

function hasLong(value: object): boolean {
  return Object.values(value).some((item: unknown) => {
    if (typeof item === 'string') return item.length > MAX_TEXT_CHARS;
    return typeof item === 'object' && item !== null && hasLong(item);
  });
}
