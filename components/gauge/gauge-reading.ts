import { formatCompact, formatExact, formatPercent } from '#components/format/number.ts';
import { formatEstimate } from '#components/format/time.ts';
import { budgetLevel, percentUsed, type BudgetLevel } from '#organism/gas.ts';

/** A budget in tokens. Null limit: the source names none. */
export type GaugeProps = {
  /** What is measured, for screen readers and the tip: "Thread 4f2a… budget". */
  label: string;
  used: number;
  limit: number | null;
  /** Set aside for calls under way, on top of `used`. */
  reserved?: number | undefined;
  /** Where `used` is expected to end, on top of nothing: the whole expected total. */
  projected?: number | undefined;
  /** Null says "no estimate". */
  timeToEmptyMs: number | null;
  /** Where the limit comes from, for the tip. */
  source?: string | undefined;
};

/** The marks every budget gauge carries. 100 is the end of the scale itself. */
export const GAUGE_TICKS = [75, 90, 95] as const;

export type GaugeReading = {
  level: BudgetLevel | 'unlimited';
  word: string;
  /** 0 to beyond 100. */
  percent: number;
  /** Shares of the scale, 0 to 100, that never overlap or leave it. */
  usedShare: number;
  reservedShare: number;
  projectedShare: number;
  percentText: string;
  amountText: string;
  emptyText: string;
  /** A whole sentence for screen readers. */
  spoken: string;
  tip: string;
};

const LEVEL_WORDS: Record<GaugeReading['level'], string> = {
  ok: '',
  warning: 'Warning',
  critical: 'Critical',
  final: 'Final',
  exhausted: 'Exhausted',
  unlimited: 'No limit',
};

/** Decides everything a gauge says; the gauges only draw it. */
export function readGauge(props: GaugeProps): GaugeReading {
  const limit = props.limit === null || props.limit <= 0 ? null : props.limit;
  if (limit === null) return readUnlimited(props);
  const level = budgetLevel(props.used, limit);
  const percent = percentUsed(props.used, limit);
  const usedShare = clampShare((props.used / limit) * 100);
  const reservedEnd = clampShare(((props.used + (props.reserved ?? 0)) / limit) * 100);
  const projectedEnd = clampShare(((props.projected ?? 0) / limit) * 100);
  const emptyText = level === 'exhausted' ? 'Exhausted' : describeEmpty(props.timeToEmptyMs);
  return {
    level,
    word: LEVEL_WORDS[level],
    percent,
    usedShare,
    reservedShare: reservedEnd - usedShare,
    projectedShare: Math.max(0, projectedEnd - reservedEnd),
    percentText: formatPercent(percent),
    amountText: `${formatCompact(props.used)} / ${formatCompact(limit)}`,
    emptyText,
    spoken: [
      `${formatExact(props.used)} of ${formatExact(limit)} tokens used`,
      `${percent} percent`,
      LEVEL_WORDS[level].toLowerCase(),
      level === 'exhausted' ? '' : emptyText.toLowerCase(),
    ]
      .filter((part) => part !== '')
      .join(', '),
    tip: tipLines(props, limit),
  };
}

function readUnlimited(props: GaugeProps): GaugeReading {
  return {
    level: 'unlimited',
    word: LEVEL_WORDS.unlimited,
    percent: 0,
    usedShare: 0,
    reservedShare: 0,
    projectedShare: 0,
    percentText: '–',
    amountText: formatCompact(props.used),
    emptyText: LEVEL_WORDS.unlimited,
    spoken: `${formatExact(props.used)} tokens used, no limit`,
    tip: tipLines(props, null),
  };
}

function tipLines(props: GaugeProps, limit: number | null): string {
  return [
    props.label,
    `Used ${formatExact(props.used)} tokens`,
    (props.reserved ?? 0) === 0 ? '' : `Reserved ${formatExact(props.reserved ?? 0)}`,
    props.projected === undefined ? '' : `Projected ${formatExact(props.projected)}`,
    limit === null ? 'No limit' : `Limit ${formatExact(limit)}`,
    props.source === undefined ? '' : `Limit from ${props.source}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function describeEmpty(timeToEmptyMs: number | null): string {
  return timeToEmptyMs === null ? 'No estimate' : `Empty in ${formatEstimate(timeToEmptyMs)}`;
}

function clampShare(share: number): number {
  return Math.min(100, Math.max(0, share));
}
