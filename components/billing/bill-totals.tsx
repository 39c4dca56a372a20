import { formatCompact, formatPercent } from '#components/format/number.ts';
import { Money, Num } from '#components/ui/figures.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { Stat, StatRow } from '#components/ui/stat.tsx';
import { coveredWords, percentOf, unpricedTip } from '#components/usage/usage-totals.ts';
import { formatUsd } from '#organism/money.ts';

import type { PreparedBill } from './prepare-bill.ts';

/** The bill in one strip: what it costs, who says so, and what it does not know. */
export function BillTotals(props: { bill: PreparedBill; priceVersion: string | undefined }) {
  const { total, computedNanos, byBilling } = props.bill;
  return (
    <StatRow>
      <Stat
        label="Total"
        value={<Money nanos={total.costNanos} />}
        sub={`${formatUsd(total.costNanos)} USD`}
      />
      <Stat
        label="Computed from prices"
        value={<Money nanos={computedNanos} />}
        sub={priceWords(props.priceVersion)}
      />
      <Stat
        label="Reported by the source"
        value={<Money nanos={total.reportedNanos} />}
        sub="where no price is known"
      />
      {byBilling !== null && (
        <Stat
          label="Covered, not charged"
          value={<Money nanos={total.coveredNanos} />}
          sub={coveredWords(total)}
        />
      )}
      <Stat
        label="Tokens"
        value={<Num value={total.tokens} unit="tokens" />}
        sub={`${formatCompact(total.promptTokens)} in, ${formatCompact(total.completionTokens)} out`}
      />
      <Stat label="Requests" value={<Num value={total.requests} unit="requests" />} />
      <Stat
        label="Without any price"
        value={<Num value={total.unpricedTokens} unit="tokens" />}
        unit="tokens"
        tone={total.unpricedTokens > 0 ? 'waiting' : 'neutral'}
        sub={
          total.unpricedRequests === 0 ? (
            'nothing is left out'
          ) : (
            <span data-tip={unpricedTip(total)}>
              {`${formatPercent(percentOf(total.unpricedTokens, total.tokens))} of all`}
            </span>
          )
        }
      />
    </StatRow>
  );
}

function priceWords(version: string | undefined): string {
  if (version === undefined) return '\u2007';
  return version === 'none' ? 'no price table is loaded' : `price table ${version}`;
}

/** Shows that every way of cutting the bill gives the same total, digit by digit. */
export function BillProof({ bill }: { bill: PreparedBill }) {
  const sums = [
    { label: 'By model', part: bill.byModel },
    { label: 'By agent', part: bill.byAgent },
    { label: 'By day', part: bill.byDay },
    ...(bill.byBilling === null ? [] : [{ label: 'By who pays', part: bill.byBilling }]),
  ];
  return (
    <Panel>
      <dl className="flex flex-wrap items-baseline gap-x-6 gap-y-1">
        {sums.map(({ label, part }) => (
          <div key={label} className="flex items-baseline gap-2">
            <dt className="text-ink-3">{label}</dt>
            <dd className="mono">{formatUsd(part.total.costNanos)}</dd>
          </div>
        ))}
        <div className="flex items-baseline gap-2">
          <dt className="text-ink-3">Total</dt>
          <dd className="mono font-medium">{`${formatUsd(bill.total.costNanos)} USD`}</dd>
        </div>
        <div className="sm:ml-auto">
          <dt className="sr-only">Check</dt>
          <dd className={bill.addsUp ? 'text-completed' : 'text-waiting'}>
            {bill.addsUp
              ? 'All add up to the nano-dollar'
              : 'Usage arrived between two readings: the next one follows'}
          </dd>
        </div>
      </dl>
    </Panel>
  );
}
