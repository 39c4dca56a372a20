import { z } from 'zod';

import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS } from '#organism/durations.ts';

const DURATION_MS: Readonly<Record<string, number>> = {
  s: SECOND_MS,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: WEEK_MS,
  y: 365 * DAY_MS,
};
const SIZE_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** `24h` as milliseconds; units s, m, h, d, w and y of 365 days. */
export const durationMs = z.string().transform((text, ctx) => {
  const [, count = '', unit = ''] = /^(\d+)([smhdwy])$/.exec(text) ?? [];
  const value = Number(count) * (DURATION_MS[unit] ?? Number.NaN);
  if (Number.isSafeInteger(value) && value > 0) return value;
  ctx.addIssue({ code: 'custom', message: `"${text}" is no duration such as 90s, 24h, 30d or 5y` });
  return z.NEVER;
});

/** `256MiB` as bytes; a bare number is bytes. */
export const sizeBytes = z.string().transform((text, ctx) => {
  const [, count = '', unit = '?'] = /^(\d+)\s?(|[KMGT]iB)$/.exec(text) ?? [];
  const value = Number(count) * (SIZE_BYTES[unit] ?? Number.NaN);
  if (Number.isSafeInteger(value)) return value;
  ctx.addIssue({ code: 'custom', message: `"${text}" is no size such as 256MiB or 1GiB` });
  return z.NEVER;
});
