'use client';

import Link from 'next/link';

import { useHref } from '#components/api/use-href.ts';
import { formatCompact } from '#components/format/number.ts';
import { ArcGauge } from '#components/gauge/arc-gauge.tsx';
import { type BudgetedThread, hottestThreads } from '#components/gauge/hot-threads.ts';
import { useServerNow } from '#components/live/use-live.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { useHeldOrder } from '#components/live/use-paused-feed.ts';
import { ButtonLink } from '#components/ui/button.tsx';
import { shortenId } from '#components/ui/id.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';
import { burnRatePerMinute, timeToEmptyMs } from '#organism/gas.ts';

import { BusiestPanel } from './busiest-panel.tsx';
import { FullestPanel } from './fullest-panel.tsx';

const MAX_GAUGES = 10;

/** What runs dry first; where no thread has a budget, what others may spend, or who is busiest. */
export function HottestPanel() {
  const hasBudgets = usePacedLive((organism) =>
    [...organism.threads.values()].some(({ budget }) => budget !== null),
  );
  const hasAllowances = usePacedLive((organism) => organism.allowances.size > 0);
  const hasThreads = usePacedLive((organism) => organism.threads.size > 0);
  if (!hasBudgets && hasAllowances) return <FullestPanel />;
  return !hasBudgets && hasThreads ? <BusiestPanel /> : <HottestThreads />;
}

/** Running threads by how much of their budget is spent. */
function HottestThreads() {
  const hrefOf = useHref();
  const hottest = usePacedLive((organism) => hottestThreads(organism).slice(0, MAX_GAUGES));
  const count = usePacedLive((organism) => hottestThreads(organism).length);
  const held = useHeldOrder(hottest, (thread) => thread.id);
  return (
    <Panel
      title="Hottest threads"
      sub={count > 0 ? `the fullest of ${count} running with a budget` : undefined}
      actions={
        <ButtonLink size="sm" variant="ghost" href={hrefOf('/gas')}>
          All gauges
        </ButtonLink>
      }
    >
      {hottest.length === 0 ? (
        <EmptyState isCompact title="No running thread has a budget">
          <p>Gauges appear here as threads start to spend tokens against a limit.</p>
        </EmptyState>
      ) : (
        <ul
          {...held.holdProps}
          className="grid grid-cols-2 gap-x-2 gap-y-3 max-[87.49rem]:*:nth-[n+9]:hidden max-sm:*:nth-[n+5]:hidden sm:grid-cols-4 min-[87.5rem]:grid-cols-5"
        >
          {held.items.slice(0, MAX_GAUGES).map((thread) => (
            <ThreadGauge key={thread.id} thread={thread} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function ThreadGauge({ thread }: { thread: BudgetedThread }) {
  const hrefOf = useHref();
  const now = useServerNow();
  const { totalTokens, maxTokens, readings } = thread.budget;
  const rate = now === null ? null : burnRatePerMinute(readings, now);
  return (
    <li>
      <Link
        href={hrefOf(`/threads/${encodeURIComponent(thread.id)}`)}
        prefetch={false}
        className="flex flex-col items-center rounded-md py-1 hover:bg-wash"
      >
        <ArcGauge
          label={`Budget of thread ${shortenId(thread.id)}`}
          used={totalTokens}
          limit={maxTokens}
          timeToEmptyMs={timeToEmptyMs(totalTokens, maxTokens, rate)}
        />
        <span className="mono mt-0.5 max-w-full truncate text-table" data-tip={thread.id}>
          {shortenId(thread.id)}
        </span>
        <span className="text-table text-ink-3">
          {rate === null ? '–' : `${formatCompact(Math.round(rate))} tok/min`}
        </span>
      </Link>
    </li>
  );
}
