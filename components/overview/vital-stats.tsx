'use client';

import { formatCompact } from '#components/format/number.ts';
import { useConnection, useServerNow } from '#components/live/use-live.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { countRecentErrors, ERROR_ATTENTION_MS } from '#components/shell/prepare-attention.ts';
import { Money, Num, Unknown } from '#components/ui/figures.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { Stat, StatRow } from '#components/ui/stat.tsx';
import { TimeAgo } from '#components/ui/time.tsx';
import { knownCost } from '#components/usage/usage-totals.ts';
import { MINUTE_MS } from '#organism/durations.ts';
import { MAX_RECENT_ERRORS } from '#organism/state.ts';

import { prepareRates } from './prepare-rates.ts';
import { agentVitals, threadVitals } from './prepare-vitals.ts';
import { SparkBars } from './spark-bars.tsx';
import { useCostToday } from './use-cost-today.ts';

/** The figures of the first glance: is it alive, is it wrong, does it run dry, what does it cost. */
export function VitalStats() {
  return (
    <StatRow className="grid! grid-cols-2 md:grid-cols-3 xl:grid-cols-6">
      <RateStats />
      <AgentStat />
      <ThreadStat />
      <ErrorStat />
      <CostStat />
    </StatRow>
  );
}

function RateStats() {
  const now = useServerNow();
  const activity = usePacedLive((organism) => organism.activity);
  // A rate of the past must not pass for one of the present.
  const isCurrent = useConnection().status.kind === 'live' && now !== null;
  const rates = prepareRates(activity, now ?? 0);
  const show = (rate: number) => <Num value={isCurrent ? Math.round(rate * 10) / 10 : null} />;
  return (
    <>
      <Stat
        label="Events"
        unit="/ s"
        value={show(rates.eventsPerSecond)}
        sub={<SparkBars values={rates.eventBars} label="Events over the last 2 minutes" />}
      />
      <Stat
        label="Tokens"
        unit="/ min"
        value={show(Math.round(rates.tokensPerMinute))}
        sub={<SparkBars values={rates.tokenBars} label="Tokens over the last 2 minutes" />}
      />
    </>
  );
}

function AgentStat() {
  const { total, working, waiting, failing, untold } = usePacedLive(agentVitals);
  const parts = [failing > 0 && `${failing} in error`, waiting > 0 && `${waiting} waiting`];
  return (
    <Stat
      label="Agents working"
      value={
        total > 0 && untold === total ? (
          <Unknown />
        ) : (
          <Num value={working} unit="agents and tools" />
        )
      }
      unit={`of ${formatCompact(total)}`}
      sub={
        total > 0 && untold === total
          ? 'their states are not told'
          : parts.filter((part) => part !== false).join(', ') || 'none waits'
      }
    />
  );
}

function ThreadStat() {
  const { active, budgets, exhausted, nearlyDry } = usePacedLive(threadVitals);
  const parts = [
    exhausted > 0 && `${exhausted} exhausted`,
    nearlyDry > 0 && `${nearlyDry} over 90 %`,
  ];
  return (
    <Stat
      label="Threads running"
      value={<Num value={active} unit="threads" />}
      sub={
        <span className={exhausted > 0 ? 'font-medium text-error' : undefined}>
          {budgets === 0
            ? 'none has a token budget'
            : parts.filter((part) => part !== false).join(', ') || 'none over 90 % spent'}
        </span>
      }
    />
  );
}

function ErrorStat() {
  const now = useServerNow();
  const errors = usePacedLive((organism) => organism.recentErrors);
  const count = now === null ? 0 : countRecentErrors(errors, now);
  // The picture keeps only so many: there may have been more.
  const isAtLeast = count >= MAX_RECENT_ERRORS;
  const last = errors.at(-1);
  return (
    <Stat
      label={`Errors, last ${ERROR_ATTENTION_MS / MINUTE_MS} min`}
      tone={count > 0 ? 'error' : 'neutral'}
      value={isAtLeast ? `${formatCompact(count)}+` : <Num value={count} unit="errors" />}
      sub={
        last === undefined ? (
          'none on record'
        ) : (
          <>
            last <TimeAgo instant={last.receivedAt} />
          </>
        )
      }
    />
  );
}

function CostStat() {
  const today = useCostToday();
  if (today === undefined) {
    return <Stat label="Cost today" value={<Skeleton className="my-1 h-5 w-24" />} />;
  }
  return (
    <Stat
      label="Cost today"
      value={<Money nanos={knownCost(today)} />}
      sub={
        <>
          {`${formatCompact(today.tokens)} tok`}
          {today.unpricedRequests > 0 && (
            <span
              className="text-waiting"
              data-tip="Calls whose model has no known price. They are not in the amount."
            >
              {`, ${formatCompact(today.unpricedRequests)} unpriced`}
            </span>
          )}
        </>
      }
    />
  );
}
