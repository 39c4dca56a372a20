import { Badge } from '#components/ui/badge.tsx';
import { Cost } from '#components/ui/cost.tsx';
import { Num } from '#components/ui/figures.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import type { Column } from '#components/ui/table/column.ts';
import { TimeAgo } from '#components/ui/time.tsx';
import type { AgentView } from '#organism/state.ts';
import { totalTokens } from '#organism/tokens.ts';

import { CurrentThread } from './current-thread.tsx';
import { AGENT_SORTS, countMessages } from './prepare-agents.ts';

export const AGENT_COLUMNS: readonly Column<AgentView>[] = [
  {
    id: 'name',
    header: 'Name',
    isTitle: true,
    minWidth: 170,
    sortBy: AGENT_SORTS.name,
    cell: (agent) => (
      <span className="inline-flex max-w-full items-center gap-2" data-tip={agent.description}>
        <span className="truncate">{agent.name}</span>
        {!agent.isAgent && <Badge>tool</Badge>}
      </span>
    ),
  },
  {
    id: 'state',
    header: 'State',
    onCard: 'corner',
    width: 150,
    sortBy: AGENT_SORTS.state,
    cell: (agent) => <StateMark state={agent.state} reason={agent.waitingReason} />,
  },
  {
    id: 'thread',
    header: 'Current thread',
    onCard: 'line',
    width: 150,
    cell: (agent) => <CurrentThread id={agent.currentThread} />,
  },
  {
    id: 'queue',
    header: 'Queue',
    width: 92,
    align: 'end',
    sortBy: AGENT_SORTS.queue,
    cell: (agent) => <Num value={agent.queueDepth} unit="waiting" />,
  },
  {
    id: 'messages',
    header: 'Messages',
    width: 100,
    align: 'end',
    sortBy: AGENT_SORTS.messages,
    cell: (agent) => <Num value={countMessages(agent)} unit="messages" />,
  },
  {
    id: 'tokens',
    header: 'Tokens',
    width: 92,
    align: 'end',
    sortBy: AGENT_SORTS.tokens,
    cell: (agent) => <Num value={totalTokens(agent.usage.tokens)} unit="tokens" />,
  },
  {
    id: 'cost',
    header: 'Cost',
    onCard: 'line',
    unit: 'USD',
    width: 150,
    align: 'end',
    sortBy: AGENT_SORTS.cost,
    cell: ({ usage }) => (
      <Cost
        costNanos={usage.requests === 0 ? null : usage.costNanos}
        unpricedRequests={usage.unpricedRequests}
      />
    ),
  },
  {
    id: 'activity',
    header: 'Last activity',
    width: 116,
    align: 'end',
    sortBy: AGENT_SORTS.activity,
    cell: (agent) => <TimeAgo instant={agent.lastActivity} />,
  },
];
