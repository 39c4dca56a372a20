import { formatInstant } from '#organism/instant.ts';

import type { LabFaults } from './faults.ts';

/** Epoch milliseconds with microseconds; never twice the same and never backwards. */
export type LabClock = () => number;

const MICROSECOND_MS = 0.001;

export function createLabClock(now: () => number): LabClock {
  let last = 0;
  return () => {
    last = Math.max(now(), last + MICROSECOND_MS);
    return last;
  };
}

/** Real time with a sub-millisecond fraction, which `Date.now` lacks. */
export function systemNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Usage rows and billing ends carry an offset where entities carry a `Z`. */
export function formatOffset(instant: number): string {
  return formatInstant(instant).replace('Z', '+00:00');
}

const MIXED_FORMS: readonly ((instant: number) => string)[] = [
  formatInstant,
  formatOffset,
  (instant) => formatOffset(instant).replace('T', ' '),
  (instant) => formatInstant(instant).replace('Z', ''),
  // Python leaves out microseconds that are zero, and only then.
  (instant) => formatInstant(instant).replace('.000000Z', 'Z'),
];

/** Writes times for frames: one form when healthy, all recorded ones in turn when not. */
export function createFrameTime(faults: LabFaults): (instant: number) => string {
  let turn = 0;
  return (instant) => {
    if (!faults.has('mixed-time-formats')) return formatInstant(instant);
    turn = (turn + 1) % MIXED_FORMS.length;
    return (MIXED_FORMS[turn] ?? formatInstant)(instant);
  };
}
