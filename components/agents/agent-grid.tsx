'use client';

import { clsx } from 'clsx';
import Link from 'next/link';

import { useHref } from '#components/api/use-href.ts';
import { useHeldOrder } from '#components/live/use-paused-feed.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Cost } from '#components/ui/cost.tsx';
import { Num } from '#components/ui/figures.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import { TimeAgo } from '#components/ui/time.tsx';
import type { AgentView } from '#organism/state.ts';
import { totalTokens } from '#organism/tokens.ts';

import { CurrentThread } from './current-thread.tsx';
import { countMessages } from './prepare-agents.ts';

/** Agents as cards that stay where they are while the pointer is among them. */
export function AgentGrid({ agents }: { agents: readonly AgentView[] }) {
  const held = useHeldOrder(agents, (agent) => agent.name);
  return (
    <ul
      {...held.holdProps}
      aria-label="Agents"
      className="grid grid-cols-[repeat(auto-fill,minmax(16.5rem,1fr))] gap-3"
    >
      {held.items.map((agent) => (
        <AgentCard key={agent.name} agent={agent} />
      ))}
    </ul>
  );
}

function AgentCard({ agent }: { agent: AgentView }) {
  const hrefOf = useHref();
  return (
    <li className="relative flex min-w-0 flex-col gap-2 rounded-md border border-line bg-panel p-3 transition-colors hover:border-line-strong">
      <div className="flex items-center gap-2">
        <Link
          href={hrefOf(`/agents/${encodeURIComponent(agent.name)}`)}
          prefetch={false}
          className="truncate font-medium after:absolute after:inset-0"
        >
          {agent.name}
        </Link>
        {!agent.isAgent && <Badge>tool</Badge>}
        <StateMark
          state={agent.state}
          reason={agent.waitingReason}
          className="ml-auto text-table"
        />
      </div>
      <p className="line-clamp-2 min-h-8 text-table text-ink-2">{agent.description}</p>
      <dl className="grid grid-cols-2 gap-x-5 gap-y-0.5 text-table">
        <Fact label="Thread" isWide>
          <span className="relative">
            <CurrentThread id={agent.currentThread} />
          </span>
        </Fact>
        <Fact label="Messages">
          <Num value={countMessages(agent)} unit="messages" />
        </Fact>
        <Fact label="Queue">
          <Num value={agent.queueDepth} unit="waiting" />
        </Fact>
        <Fact label="Tokens">
          <Num value={totalTokens(agent.usage.tokens)} unit="tokens" />
        </Fact>
        <Fact label="Active">
          <TimeAgo instant={agent.lastActivity} />
        </Fact>
        <Fact label="Cost" isWide>
          <Cost
            costNanos={agent.usage.requests === 0 ? null : agent.usage.costNanos}
            unpricedRequests={agent.usage.unpricedRequests}
          />
        </Fact>
      </dl>
    </li>
  );
}

function Fact(props: { label: string; isWide?: boolean; children: React.ReactNode }) {
  return (
    <div
      className={clsx(
        'flex min-h-5 items-center justify-between gap-2',
        props.isWide === true && 'col-span-2',
      )}
    >
      <dt className="text-ink-3">{props.label}</dt>
      <dd className="min-w-0 truncate">{props.children}</dd>
    </div>
  );
}
