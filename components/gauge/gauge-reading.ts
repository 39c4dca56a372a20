import { formatCompact, formatExact, formatPercent } from '#components/format/number.ts';
import { formatEstimate } from '#components/format/time.ts';
import { budgetLevel, percentUsed, type BudgetLevel } from '#organism/gas.ts';
import { formatUsd } from '#organism/money.ts';

/** What a gauge counts, and how an amount of it is written. */
const UNITS = {
  tokens: { compact: formatCompact, exact: (value: number) => `${formatExact(value)} tokens` },
  nanos: {
    // In the middle of a ring every character counts.
    compact: (nanos: number) => formatUsd(nanos, { compact: true }).replace(/\.00$/, ''),
    exact: (nanos: number) => `${formatUsd(nanos)} USD`,
  },
  percent: { compact: (value: number) => `${value}%`, exact: (value: number) => `${value} %` },
  runs: { compact: formatExact, exact: (value: number) => `${formatExact(value)} runs` },
} as const;

/** A budget. Null limit: the source names none. */
export type GaugeProps = {
  /** What is measured, for screen readers and the tip: "Thread 4f2a… budget". */
  label: string;
  used: number;
  limit: number | null;
  /** Tokens without it. */
  unit?: keyof typeof UNITS | undefined;
  /** Set aside for calls under way, on top of `used`. */
  reserved?: number | undefined;
  /** Where `used` is expected to end, on top of nothing: the whole expected total. */
  projected?: number | undefined;
  /** Null says "no estimate". */
  timeToEmptyMs: number | null;
  /** Said below in place of the estimate: "7 free". */
  below?: string | undefined;
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
  const emptyText =
    props.below ?? (level === 'exhausted' ? 'Exhausted' : describeEmpty(props.timeToEmptyMs));
  const unit = unitOf(props);
  return {
    level,
    word: LEVEL_WORDS[level],
    percent,
    usedShare,
    reservedShare: reservedEnd - usedShare,
    projectedShare: Math.max(0, projectedEnd - reservedEnd),
    percentText: formatPercent(percent),
    // A share of its own says all there is.
    amountText:
      props.unit === 'percent' ? 'used' : `${unit.compact(props.used)} / ${unit.compact(limit)}`,
    emptyText,
    spoken: [
      spokenUse(props, limit, percent),
      LEVEL_WORDS[level].toLowerCase(),
      emptyText === LEVEL_WORDS[level] ? '' : emptyText.toLowerCase(),
    ]
      .filter((part) => part !== '')
      .join(', '),
    tip: tipLines(props, limit),
  };
}

function spokenUse(props: GaugeProps, limit: number, percent: number): string {
  if (props.unit === 'percent') return `${percent} percent used`;
  const { exact } = unitOf(props);
  return `${exact(props.used).replace(/ \w+$/, '')} of ${exact(limit)} used, ${percent} percent`;
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
    amountText: unitOf(props).compact(props.used),
    emptyText: props.below ?? LEVEL_WORDS.unlimited,
    spoken: `${unitOf(props).exact(props.used)} used, no limit`,
    tip: tipLines(props, null),
  };
}

function unitOf({ unit }: GaugeProps) {
  return UNITS[unit ?? 'tokens'];
}

function tipLines(props: GaugeProps, limit: number | null): string {
  const { exact } = unitOf(props);
  return [
    props.label,
    `Used ${exact(props.used)}`,
    (props.reserved ?? 0) === 0 ? '' : `Reserved ${exact(props.reserved ?? 0)}`,
    props.projected === undefined ? '' : `Projected ${exact(props.projected)}`,
    limit === null ? 'No limit' : `Limit ${exact(limit)}`,
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
