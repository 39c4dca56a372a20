import { z } from 'zod';

import { MINUTE_MS } from '#organism/durations.ts';
import type { EventDraft } from '#organism/event.ts';

import { clip } from '../drafts.ts';
import { amount, text } from '../lenient.ts';
import type { Place } from './place.ts';

/** How much of the plan's limits is used, as OpenAI told with an answer. */
const windowSchema = z.looseObject({
  used_percent: amount,
  window_minutes: amount,
  /** Epoch seconds. */
  resets_at: amount,
  /** Of older builds. */
  resets_in_seconds: amount,
});
type LimitWindow = z.infer<typeof windowSchema>;

const limitsSchema = z.looseObject({
  limit_id: text,
  limit_name: text,
  plan_type: text,
  primary: windowSchema.nullish().catch(null),
  secondary: windowSchema.nullish().catch(null),
});

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

/** A gauge for each window that is told; those of an API key have none. */
export function rateLimitDrafts(place: Place, told: unknown): EventDraft[] {
  const limits = limitsSchema.safeParse(told).data;
  if (limits === undefined) return [];
  const { limit_id: id, limit_name: name, plan_type: plan } = limits;
  return (['primary', 'secondary'] as const).flatMap((slot) => {
    const window = limits[slot];
    if (window?.used_percent == null) return [];
    const used = Math.round(window.used_percent);
    const periodEnd = endOf(window, place.at);
    const allowance = clip(`codex:${id ?? 'codex'}:${slot}`);
    return [
      {
        type: 'allowance',
        key: `${allowance}:${place.launch.organismId}:${periodEnd ?? ''}:${used}`,
        occurredAt: place.at,
        id: allowance,
        name: clip(`${name ?? 'Codex'}${lengthOf(window)}`),
        holder: 'user',
        unit: 'percent',
        used,
        limit: 100,
        ...(periodEnd === null ? {} : { periodEnd }),
        ...(plan == null ? {} : { note: `rate limit of the ${plan.slice(0, 100)} plan` }),
      },
    ];
  });
}

/** To the minute: told in seconds from now, it would be another end with every answer. */
function endOf(
  { resets_at: at, resets_in_seconds: left }: LimitWindow,
  now: number,
): number | null {
  const end = at == null ? (left == null ? null : now + left * 1000) : at * 1000;
  return end === null ? null : Math.round(end / MINUTE_MS) * MINUTE_MS;
}

function lengthOf({ window_minutes: minutes }: LimitWindow): string {
  if (minutes == null || minutes === 0) return '';
  if (minutes % DAY_MINUTES === 0) return `, ${minutes / DAY_MINUTES} d`;
  return minutes % HOUR_MINUTES === 0 ? `, ${minutes / HOUR_MINUTES} h` : `, ${minutes} min`;
}
