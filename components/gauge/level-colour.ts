import type { GaugeReading } from './gauge-reading.ts';

type LevelColour = { fill: string; text: string };

/** Calm below the first threshold; from there the colour of a warning, then of an error. */
export const LEVEL_COLOURS: Record<GaugeReading['level'], LevelColour> = {
  ok: { fill: 'text-gauge', text: 'text-ink-2' },
  unlimited: { fill: 'text-gauge', text: 'text-ink-2' },
  warning: { fill: 'text-gauge-warning', text: 'text-waiting font-medium' },
  critical: { fill: 'text-gauge-warning', text: 'text-waiting font-medium' },
  final: { fill: 'text-gauge-final', text: 'text-error font-medium' },
  exhausted: { fill: 'text-error', text: 'text-error font-semibold' },
};
