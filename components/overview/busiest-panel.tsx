'use client';

import Link from 'next/link';

import { useHref } from '#components/api/use-href.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { useHeldOrder } from '#components/live/use-paused-feed.ts';
import { ButtonLink } from '#components/ui/button.tsx';
import { Cost } from '#components/ui/cost.tsx';
import { Num } from '#components/ui/figures.tsx';
import { shortenId } from '#components/ui/id.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';

import { type BusyThread, busiestThreads } from './prepare-busiest.ts';

const MAX_ROWS = 7;

/** Where no source sets budgets: the threads that use the most. */
export function BusiestPanel() {
  const hrefOf = useHref();
  const busiest = usePacedLive((organism) => busiestThreads(organism, MAX_ROWS));
  const count = usePacedLive((organism) => organism.threads.size);
  const held = useHeldOrder(busiest, ({ thread }) => thread.id);
  return (
    <Panel
      flush
      title="Busiest threads"
      sub={`by tokens, ${Math.min(MAX_ROWS, count)} of ${count}; none has a budget`}
      actions={
        <ButtonLink size="sm" variant="ghost" href={hrefOf('/threads?sort=tokens')}>
          All threads
        </ButtonLink>
      }
    >
      <ul {...held.holdProps}>
        {held.items.slice(0, MAX_ROWS).map((row) => (
          <BusyRow key={row.thread.id} row={row} />
        ))}
      </ul>
    </Panel>
  );
}

/** Plain bars: there is no limit to run against. */
function BusyRow({ row: { thread, tokens, share } }: { row: BusyThread }) {
  const hrefOf = useHref();
  const { id, status, participants, usage } = thread;
  const names = participants.filter((name) => name !== '').join(', ');
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        href={hrefOf(`/threads/${encodeURIComponent(id)}`)}
        prefetch={false}
        className="touch-target grid h-8 grid-cols-[minmax(0,1fr)_4.5rem_5.5rem] items-center gap-3 px-3 text-table hover:bg-wash focus-visible:-outline-offset-2 sm:grid-cols-[9rem_minmax(0,1fr)_8rem_5rem_6rem]"
      >
        <span className="flex min-w-0 items-center gap-2">
          <StateMark state={status} isWordHidden />
          <span className="mono truncate" data-tip={id}>
            {shortenId(id)}
          </span>
        </span>
        <span className="truncate text-ink-2 max-sm:hidden" data-tip={names}>
          {names}
        </span>
        <span className="h-1.5 bg-track max-sm:hidden">
          <span className="block h-full bg-gauge" style={{ width: `${share}%` }} />
        </span>
        <span className="text-right">
          <Num value={tokens} unit="tokens" />
        </span>
        <span className="truncate text-right">
          <Cost costNanos={usage.costNanos} unpricedRequests={usage.unpricedRequests} />
        </span>
      </Link>
    </li>
  );
}
