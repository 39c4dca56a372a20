import { formatCompact, formatPercent } from '#components/format/number.ts';
import { Money, Num } from '#components/ui/figures.tsx';
import { Stat, StatRow } from '#components/ui/stat.tsx';

import {
  coveredWords,
  hasCovered,
  knownCost,
  percentOf,
  unpricedTip,
  type UsageTotals,
} from './usage-totals.ts';

/** The totals of a range, with what in them has no price. */
export function UsageTotalsRow({ totals }: { totals: UsageTotals }) {
  const unpricedPercent = percentOf(totals.unpricedTokens, totals.tokens);
  return (
    <StatRow>
      <Stat
        label="Cost"
        value={<Money nanos={knownCost(totals)} />}
        sub={
          totals.reportedNanos > 0
            ? `${formatPercent(percentOf(totals.reportedNanos, totals.costNanos))} as reported by the source`
            : 'from the price table'
        }
      />
      {hasCovered(totals) && (
        <Stat
          label="Covered, not charged"
          value={<Money nanos={totals.coveredNanos} />}
          sub={coveredWords(totals)}
        />
      )}
      <Stat
        label="Tokens"
        value={<Num value={totals.tokens} unit="tokens" />}
        sub={`${formatCompact(totals.promptTokens)} in, ${formatCompact(totals.completionTokens)} out`}
      />
      <Stat label="Requests" value={<Num value={totals.requests} unit="requests" />} />
      <Stat
        label="Without a price"
        value={<Num value={totals.unpricedTokens} unit="tokens" />}
        unit="tokens"
        tone={totals.unpricedTokens > 0 ? 'waiting' : 'neutral'}
        sub={
          totals.unpricedRequests === 0 ? (
            'every request has a price'
          ) : (
            <span data-tip={unpricedTip(totals)}>{`${formatPercent(unpricedPercent)} of all`}</span>
          )
        }
      />
    </StatRow>
  );
}
