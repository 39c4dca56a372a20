import { z } from 'zod';

import { parseInstant } from '#organism/instant.ts';
import { isTimeZone } from '#organism/time-zone.ts';

/** Query parameters: text in, typed values out, complaints in the contract's words. */

const MAX_TEXT_CHARS = 256;

/** Empty means absent, as in the contract. */
export const textParam = z
  .string()
  .max(MAX_TEXT_CHARS)
  .optional()
  .transform((text) => (text === '' ? undefined : text));

export function intParam(bounds: { min: number; max: number; fallback: number }) {
  const { min, max, fallback } = bounds;
  return z
    .string()
    .optional()
    .transform((text, ctx) => {
      if (text === undefined) return fallback;
      const complain = (type: string, message: string, facts?: object): never => {
        ctx.addIssue({ code: 'custom', message, params: { type, ctx: facts } });
        return z.NEVER;
      };
      if (!/^[+-]?\d{1,15}$/.test(text)) {
        const expected = 'Input should be a valid integer, unable to parse string as an integer';
        return complain('int_parsing', expected);
      }
      const value = Number(text);
      if (value < min) {
        const message = `Input should be greater than or equal to ${min}`;
        return complain('greater_than_equal', message, { ge: min });
      }
      if (value > max) {
        return complain('less_than_equal', `Input should be less than or equal to ${max}`, {
          le: max,
        });
      }
      return value;
    })
    .meta({ override: { type: 'integer', minimum: min, maximum: max, default: fallback } });
}

/** A journal position. */
export const seqParam = z
  .string()
  .regex(/^\d{1,15}$/, 'Input should be a journal position')
  .optional()
  .transform((text) => (text === undefined ? undefined : Number(text)))
  .meta({ override: { type: 'integer', minimum: 0 } });

/** ISO 8601, in any form a real client sends; the zone defaults to UTC. */
export const timeParam = z
  .string()
  .max(MAX_TEXT_CHARS)
  .optional()
  .transform((text, ctx) => {
    if (text === undefined || text === '') return undefined;
    const instant = parseInstant(completed(text));
    if (instant !== null) return { text, instant };
    ctx.addIssue({
      code: 'custom',
      message: 'Input should be a valid ISO 8601 time, such as 2026-11-21T00:00:00Z',
      params: { type: 'datetime_parsing' },
    });
    return z.NEVER;
  })
  .meta({ override: { type: 'string', format: 'date-time' } });

/** A bare date is its first instant; an unescaped `+` before an offset arrives as a blank. */
function completed(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return `${text}T00:00:00Z`;
  return text.replace(/(T.*) (\d{2}:?\d{2})$/, '$1+$2');
}

/** Instants here have microseconds: the next one makes an inclusive end half-open. */
const MICROSECOND_MS = 0.001;

/** The contract's range is inclusive at both ends, the store's is half-open. */
export function toRange(query: {
  start_time?: { instant: number } | undefined;
  end_time?: { instant: number } | undefined;
}): { from: number | undefined; to: number | undefined } {
  const end = query.end_time?.instant;
  return {
    from: query.start_time?.instant,
    to: end === undefined ? undefined : end + MICROSECOND_MS,
  };
}

export function choiceParam<const T extends readonly [string, ...string[]]>(choices: T) {
  return z
    .string()
    .optional()
    .transform((text, ctx): T[number] | undefined => {
      if (text === undefined || text === '') return undefined;
      const choice = choices.find((known) => known === text);
      if (choice !== undefined) return choice;
      ctx.addIssue({
        code: 'custom',
        message: `Input should be one of ${choices.join(', ')}`,
        params: { type: 'enum' },
      });
      return z.NEVER;
    })
    .meta({ override: { type: 'string', enum: [...choices] } });
}

/** A zone with rules of its own; a bare offset has no days that shift. */
export const zoneParam = z
  .string()
  .max(MAX_TEXT_CHARS)
  .optional()
  .transform((text, ctx) => {
    if (text === undefined || text === '') return 'UTC';
    if (/^[A-Za-z]/.test(text) && isTimeZone(text)) return text;
    ctx.addIssue({
      code: 'custom',
      message: 'Input should be an IANA time zone, such as Europe/Berlin',
      params: { type: 'timezone' },
    });
    return z.NEVER;
  });

export const organismParam = textParam.meta({
  description: 'Which organism; absent: the only one, or the first configured',
});

/** The contract's paging. */
export const pageParams = {
  limit: intParam({ min: 1, max: 100, fallback: 50 }),
  offset: intParam({ min: 0, max: 1e12, fallback: 0 }),
};
