const TEXT_OF_DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const TEXT_INSTANT =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * Reads the forms of time real servers send: `…Z`, `…+00:00`, a blank instead of `T`,
 * microseconds, and no zone at all (then UTC).
 * @returns epoch milliseconds with the source's sub-millisecond fraction, or null when unreadable
 */
export function parseInstant(text: string): number | null {
  // What nearly everybody sends is exactly what ECMAScript's own reader is made for.
  if (TEXT_OF_DATE.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) || !isOfCalendar(text) ? null : at;
  }
  const match = TEXT_INSTANT.exec(text.trim());
  if (match === null) return null;
  const [, date = '', time = '', fraction = '', zone = 'Z'] = match;
  const wholeSeconds = time.length === 5 ? `${time}:00` : time;
  const base = Date.parse(`${date}T${wholeSeconds}${normaliseZone(zone)}`);
  if (Number.isNaN(base) || !isOfCalendar(date)) return null;
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6));
  return base + micros / 1000;
}

/** Writes an instant as RFC 3339 in UTC with microseconds, as the AgentServer does. */
export function formatInstant(instant: number): string {
  const wholeMs = Math.floor(instant);
  const micros = Math.round((instant - wholeMs) * 1000);
  const carried = micros === 1000 ? new Date(wholeMs + 1) : new Date(wholeMs);
  const tail = String(micros === 1000 ? 0 : micros).padStart(3, '0');
  return carried.toISOString().replace('Z', `${tail}Z`);
}

/** ECMAScript's reader takes 30 February for 2 March. @param text begins with year, month and day */
function isOfCalendar(text: string): boolean {
  const day = Number(text.slice(8, 10));
  return day <= 28 || new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === day;
}

function normaliseZone(zone: string): string {
  if (zone === 'Z' || zone === 'z') return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone[0] ?? '+'}${digits.slice(0, 2)}:${digits.slice(2)}`;
}
