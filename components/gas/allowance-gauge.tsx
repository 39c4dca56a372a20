'use client';

import { formatCompact, formatPercent } from '#components/format/number.ts';
import { formatAgo } from '#components/format/time.ts';
import { ArcGauge } from '#components/gauge/arc-gauge.tsx';
import { useServerNow } from '#components/live/use-live.ts';
import { Badge } from '#components/ui/badge.tsx';
import { formatUsd } from '#organism/money.ts';

import type { AllowanceRow } from './prepare-allowances.ts';

/** What a group, a person or the organism may spend, and how much of it is gone. */
export function AllowanceGauge({ allowance }: { allowance: AllowanceRow }) {
  const { name, holder, unit, used, limit, note } = allowance;
  const isBlocked = limit === 0;
  return (
    <div className="flex flex-col items-center">
      <ArcGauge
        label={`Budget of ${holder} ${name}`}
        unit={unit}
        used={isBlocked ? 1 : (used ?? 0)}
        limit={isBlocked ? 1 : limit}
        timeToEmptyMs={null}
        below={useBelow(allowance)}
        source={note ?? 'the source'}
      />
      <span className="mt-0.5 flex max-w-full items-center gap-1.5">
        <span className="truncate font-medium" data-tip={note ?? undefined}>
          {name}
        </span>
        <Badge>{holder}</Badge>
      </span>
    </div>
  );
}

function useBelow({ used, limit, unit, periodEnd }: AllowanceRow): string {
  const now = useServerNow();
  if (limit === 0) return 'Nothing may be spent';
  if (used === null) return 'Spending not told';
  if (limit === null) return 'No limit';
  if (used >= limit) return 'Exhausted';
  if (periodEnd !== null && now !== null && periodEnd > now) {
    return `Renewed ${formatAgo(periodEnd, now)}`;
  }
  const left = limit - used;
  if (unit === 'nanos') return `${formatUsd(left, { compact: true })} left`;
  return unit === 'percent' ? `${formatPercent(left)} left` : `${formatCompact(left)} left`;
}
