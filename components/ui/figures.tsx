import { clsx } from 'clsx';

import { formatCompact, formatExact, formatPercent } from '#components/format/number.ts';
import { formatUsd } from '#organism/money.ts';

/** A count, compact with the exact value on hover. Null shows as an en dash: not known, not zero. */
export function Num(props: {
  value: number | null | undefined;
  /** For the tip: "tokens". */
  unit?: string | undefined;
  /** Print every digit instead. */
  exact?: boolean | undefined;
  className?: string | undefined;
}) {
  const { value } = props;
  if (value === null || value === undefined) return <Unknown />;
  const exact = formatExact(value);
  const shown = props.exact === true ? exact : formatCompact(value);
  const tip = props.unit === undefined ? exact : `${exact} ${props.unit}`;
  return (
    <data value={value} data-tip={shown === tip ? undefined : tip} className={props.className}>
      {shown}
    </data>
  );
}

/** 0 to 100 and beyond, one decimal. */
export function Percent(props: { value: number | null | undefined }) {
  if (props.value === null || props.value === undefined) return <Unknown />;
  return <data value={props.value}>{formatPercent(props.value)}</data>;
}

/** Where an amount comes from: our price table, the source's own figure, or no price at all. */
export type CostOrigin = 'estimated' | 'reported' | 'unpriced';

const ORIGINS = {
  estimated: { word: 'est.', sentence: 'estimated from the price table' },
  reported: { word: 'rep.', sentence: 'as the source reported it' },
} as const;

/** Integer nano-dollars: rounded for reading, every digit on hover. No price is said in words. */
export function Money(props: {
  nanos: number | null | undefined;
  /** Shown as a mark after the amount; leave out where the column or label says it. */
  origin?: CostOrigin | undefined;
  className?: string | undefined;
}) {
  const { nanos, origin } = props;
  if (nanos === null || nanos === undefined || origin === 'unpriced') {
    return (
      <span className="text-ink-3" data-tip="No price is known for this model. It is not zero.">
        unpriced
      </span>
    );
  }
  const exact = `${formatUsd(nanos)} USD`;
  const mark = origin === undefined ? undefined : ORIGINS[origin];
  return (
    <data
      value={nanos}
      data-tip={mark === undefined ? exact : `${exact}, ${mark.sentence}`}
      className={props.className}
    >
      {formatUsd(nanos, { compact: true })}
      {mark !== undefined && (
        <span className="ml-1 text-micro font-normal text-ink-3">{mark.word}</span>
      )}
    </data>
  );
}

export function Unknown(props: { className?: string | undefined }) {
  return (
    <span className={clsx('text-ink-3', props.className)} data-tip="Not known">
      –
    </span>
  );
}
