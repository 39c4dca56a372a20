'use client';

import { useNow } from '#components/format/ticker.ts';
import {
  formatAgo,
  formatClock,
  formatDuration,
  formatInstantExact,
  formatMinute,
} from '#components/format/time.ts';
import { useZone } from '#components/theme/preferences-provider.tsx';

import { Unknown } from './figures.tsx';

type InstantProps = {
  /** Epoch milliseconds; null shows as not known. */
  instant: number | null | undefined;
  className?: string | undefined;
};

/** "3 s ago", once a second, with the exact instant and zone on hover. */
export function TimeAgo({ instant, className }: InstantProps) {
  const now = useNow();
  const tip = useExact(instant);
  if (instant === null || instant === undefined) return <Unknown className={className} />;
  return (
    <time data-tip={tip} className={className}>
      {now === null ? PENDING : formatAgo(instant, now)}
    </time>
  );
}

/** The instant itself in the chosen zone: time of day, date and minute, or every digit with the zone. */
export function Instant(props: InstantProps & { show?: keyof typeof FORMATS | undefined }) {
  const zone = useZone();
  const tip = useExact(props.instant);
  if (props.instant === null || props.instant === undefined) return <Unknown />;
  const format = FORMATS[props.show ?? 'clock'];
  return (
    <time data-tip={tip} className={props.className}>
      {zone === null ? PENDING : format(props.instant, zone)}
    </time>
  );
}

const FORMATS = { clock: formatClock, minute: formatMinute, exact: formatInstantExact };

/** A length of time: "4 min 10 s". Null shows as not known. */
export function Duration(props: { durationMs: number | null | undefined }) {
  if (props.durationMs === null || props.durationMs === undefined) return <Unknown />;
  return <span>{formatDuration(props.durationMs)}</span>;
}

// Holds the line while the server cannot know the reader's clock and zone.
const PENDING = '\u2007';

function useExact(instant: number | null | undefined): string | undefined {
  const zone = useZone();
  if (zone === null || instant === null || instant === undefined) return undefined;
  return formatInstantExact(instant, zone);
}
