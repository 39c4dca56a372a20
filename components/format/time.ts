import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#organism/durations.ts';

const SPACE = '\u00a0';

const MAX_FORMATTERS = 32; // zones a page can plausibly show; beyond it the oldest is rebuilt
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Distance to now in one unit: "now", "3 s ago", "in 2 min". */
export function formatAgo(instant: number, now: number): string {
  const distance = now - instant;
  if (Math.abs(distance) < SECOND_MS) return 'now';
  const text = formatSpan(Math.abs(distance));
  return distance > 0 ? `${text} ago` : `in ${text}`;
}

/** One unit, rounded down: "3 s", "12 min", "5 h", "4 d". */
export function formatSpan(durationMs: number): string {
  if (durationMs < MINUTE_MS) return `${Math.floor(durationMs / SECOND_MS)}${SPACE}s`;
  if (durationMs < HOUR_MS) return `${Math.floor(durationMs / MINUTE_MS)}${SPACE}min`;
  if (durationMs < 2 * DAY_MS) return `${Math.floor(durationMs / HOUR_MS)}${SPACE}h`;
  return `${Math.floor(durationMs / DAY_MS)}${SPACE}d`;
}

/** Two units where the second still matters: "420 ms", "3.2 s", "4 min 10 s", "2 h 5 min". */
export function formatDuration(durationMs: number): string {
  if (durationMs < SECOND_MS) return `${Math.round(durationMs)}${SPACE}ms`;
  if (durationMs < 9.95 * SECOND_MS) return `${(durationMs / SECOND_MS).toFixed(1)}${SPACE}s`;
  const seconds = Math.round(durationMs / SECOND_MS);
  if (seconds < 60) return `${seconds}${SPACE}s`;
  if (seconds < 3600) return joinUnits([Math.floor(seconds / 60), 'min'], [seconds % 60, 's']);
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return joinUnits([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min']);
  const hours = Math.round(minutes / 60);
  return joinUnits([Math.floor(hours / 24), 'd'], [hours % 24, 'h']);
}

/** An estimated length of time: no finer than a second, whatever the arithmetic says. */
export function formatEstimate(durationMs: number): string {
  if (durationMs < SECOND_MS) return `under 1${SPACE}s`;
  if (durationMs < MINUTE_MS) return `${Math.round(durationMs / SECOND_MS)}${SPACE}s`;
  return formatDuration(durationMs);
}

/** The whole instant with its zone: "2026-11-21 09:46:09.123 Asia/Kolkata (GMT+5:30)". */
export function formatInstantExact(instant: number, zone: string): string {
  const part = partsOf(instant, zone);
  const millis = String(Math.floor(instant) % 1000).padStart(3, '0');
  const offset = zone === 'UTC' ? '' : ` (${part('timeZoneName')})`;
  return `${dateOf(part)} ${timeOf(part)}.${millis} ${zone}${offset}`;
}

/** Time of day only: "09:46:09". */
export function formatClock(instant: number, zone: string): string {
  return timeOf(partsOf(instant, zone));
}

/** Date and minute: "2026-11-21 09:46". */
export function formatMinute(instant: number, zone: string): string {
  const part = partsOf(instant, zone);
  return `${dateOf(part)} ${part('hour')}:${part('minute')}`;
}

type Part = (type: Intl.DateTimeFormatPartTypes) => string;

function dateOf(part: Part): string {
  return `${part('year')}-${part('month')}-${part('day')}`;
}

function timeOf(part: Part): string {
  return `${part('hour')}:${part('minute')}:${part('second')}`;
}

function joinUnits(big: [number, string], small: [number, string]): string {
  const head = `${big[0]}${SPACE}${big[1]}`;
  return small[0] === 0 ? head : `${head} ${small[0]}${SPACE}${small[1]}`;
}

function partsOf(instant: number, zone: string): Part {
  const parts = formatterFor(zone).formatToParts(instant);
  return (type) => parts.find((part) => part.type === type)?.value ?? '';
}

function formatterFor(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  });
  const oldest = formatters.keys().next().value;
  if (formatters.size >= MAX_FORMATTERS && oldest !== undefined) formatters.delete(oldest);
  formatters.set(zone, made);
  return made;
}
