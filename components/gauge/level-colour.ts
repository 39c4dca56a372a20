import type { GaugeReading } from './gauge-reading.ts';

/** Calm below the first threshold; from there the colour of a warning, then of an error. */
export const LEVEL_TEXT: Record<GaugeReading['level'], string> = {
  ok: 'text-gauge',
  unlimited: 'text-gauge',
  warning: 'text-waiting',
  critical: 'text-waiting',
  final: 'text-error',
  exhausted: 'text-error',
};
