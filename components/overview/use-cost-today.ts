'use client';

import { useDailyUsage } from '#components/api/use-usage.ts';
import { useServerNow } from '#components/live/use-live.ts';
import { useZone } from '#components/theme/preferences-provider.tsx';
import { dayBoundaries } from '#organism/calendar-day.ts';

import { type DayTotal, sumDay } from './prepare-day.ts';

/** The day is cut anew this often: only midnight changes it. */
const DAY_STEP_MS = 60_000;
const REFRESH_MS = 3000;

/** What today cost so far, in the chosen zone; undefined until known. */
export function useCostToday(): DayTotal | undefined {
  const now = useServerNow();
  const zone = useZone();
  const today = now === null || zone === null ? null : dayOf(now, zone);
  const daily = useDailyUsage({ range: today, zone, refreshMs: REFRESH_MS });
  return daily.data && sumDay(daily.data.days);
}

function dayOf(now: number, zone: string): { from: number; to: number } | null {
  const step = Math.floor(now / DAY_STEP_MS) * DAY_STEP_MS;
  const [day] = dayBoundaries(step, step + 1, zone);
  return day === undefined ? null : { from: day.from, to: day.to };
}
