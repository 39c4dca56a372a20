import { BarGauge } from '#components/gauge/bar-gauge.tsx';
import { Cost } from '#components/ui/cost.tsx';
import { Num, Unknown } from '#components/ui/figures.tsx';
import { Id, shortenId } from '#components/ui/id.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import type { Column } from '#components/ui/table/column.ts';
import { TimeAgo } from '#components/ui/time.tsx';

import { sortValue } from './prepare-threads.ts';
import { budgetPercent, type ThreadItem } from './thread-row.ts';

/** Ids of sortable columns are the server's names of the sorts. */
export const THREAD_COLUMNS: readonly Column<ThreadItem>[] = [
  {
    id: 'id',
    header: 'Thread',
    isTitle: true,
    width: 148,
    cell: (thread) => <Id id={thread.id} what="thread id" canCopy={false} />,
  },
  {
    id: 'status',
    header: 'Status',
    onCard: 'corner',
    width: 112,
    cell: (thread) => (
      <span data-tip={thread.error ?? undefined}>
        <StateMark state={thread.status} />
      </span>
    ),
  },
  {
    id: 'participants',
    header: 'Participants',
    onCard: 'line',
    minWidth: 160,
    cell: (thread) => <Participants names={thread.participants} />,
  },
  {
    id: 'budget',
    header: 'Budget',
    onCard: 'line',
    width: 168,
    sortBy: (thread) => sortValue(thread, 'budget'),
    align: 'end',
    cell: (thread) => <BudgetBar thread={thread} />,
  },
  {
    id: 'messages',
    header: 'Messages',
    width: 108,
    align: 'end',
    sortBy: (thread) => sortValue(thread, 'messages'),
    cell: (thread) => <Num value={thread.messageCount} unit="messages" />,
  },
  {
    id: 'tokens',
    header: 'Tokens',
    width: 92,
    align: 'end',
    sortBy: (thread) => sortValue(thread, 'tokens'),
    cell: (thread) => (
      <Num value={thread.costNanos === null ? null : thread.tokens} unit="tokens" />
    ),
  },
  {
    id: 'cost',
    header: 'Cost',
    unit: 'USD',
    width: 144,
    align: 'end',
    sortBy: (thread) => sortValue(thread, 'cost'),
    cell: (thread) => (
      <Cost costNanos={thread.costNanos} unpricedRequests={thread.unpricedRequests} />
    ),
  },
  {
    id: 'activity',
    header: 'Last activity',
    width: 116,
    align: 'end',
    sortBy: (thread) => sortValue(thread, 'activity'),
    cell: (thread) => <TimeAgo instant={thread.lastActivity} />,
  },
  {
    id: 'created',
    header: 'Created',
    width: 104,
    align: 'end',
    sortBy: (thread) => sortValue(thread, 'created'),
    cell: (thread) => <TimeAgo instant={thread.createdAt} />,
  },
];

function Participants({ names }: { names: readonly string[] }) {
  if (names.length === 0) return <Unknown />;
  return <span data-tip={names.join('\n')}>{names.join(', ')}</span>;
}

/** Time to empty needs readings: the gas page and the thread itself tell it. */
function BudgetBar({ thread }: { thread: ThreadItem }) {
  const { budget } = thread;
  if (budget === null) return <Unknown />;
  return (
    <BarGauge
      label={`Budget of thread ${shortenId(thread.id)}`}
      used={budget.totalTokens}
      limit={budgetPercent(thread) === null ? null : budget.maxTokens}
      timeToEmptyMs={null}
    />
  );
}
