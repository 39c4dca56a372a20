'use client';

import { parseAsStringLiteral, useQueryState } from 'nuqs';

import { countMessages } from '#components/agents/prepare-agents.ts';
import { useHref } from '#components/api/use-href.ts';
import { LiveSurface } from '#components/connect/live-surface.tsx';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { ButtonLink } from '#components/ui/button.tsx';
import { Num } from '#components/ui/figures.tsx';
import { Skeleton, SkeletonRows } from '#components/ui/skeleton.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import type { AgentView as Agent } from '#organism/state.ts';

import { AgentCommands } from './agent-commands.tsx';
import { AgentMessages } from './agent-messages.tsx';
import { AgentSchemaPanel } from './agent-schema.tsx';
import { AgentStats } from './agent-stats.tsx';
import { AgentThreads } from './agent-threads.tsx';
import { AgentUsage } from './agent-usage.tsx';
import { Peers } from './peers.tsx';

/** One agent or tool: who it is, what it hears and says, what it uses. */
export function AgentView({ name }: { name: string }) {
  const agent = usePacedLive((organism) => organism.agents.get(name));
  return (
    <Page>
      {agent !== undefined && <AgentDetails agent={agent} />}
      {agent === undefined && (
        <>
          <PageHeader title={name} />
          <LiveSurface skeleton={<AgentSkeleton />}>
            <UnknownAgent name={name} />
          </LiveSurface>
        </>
      )}
    </Page>
  );
}

const TABS = ['messages', 'threads', 'usage', 'schema'] as const;

function AgentDetails({ agent }: { agent: Agent }) {
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(TABS).withDefault('messages'));
  return (
    <>
      <PageHeader
        title={<AgentTitle agent={agent} />}
        sub={agent.description === '' ? undefined : agent.description}
        actions={agent.isListed && !agent.isRemoved && <AgentCommands agent={agent} />}
      />
      <AgentStats agent={agent} />
      <Peers agent={agent} />
      <Tabs
        label={`About ${agent.name}`}
        value={tab}
        tabs={[
          { value: 'messages', label: 'Messages', count: <Num value={countMessages(agent)} /> },
          { value: 'threads', label: 'Threads' },
          { value: 'usage', label: 'Usage' },
          { value: 'schema', label: 'Schema' },
        ]}
        onChange={(next) => void setTab(next)}
      >
        {tab === 'messages' && <AgentMessages key={agent.name} name={agent.name} />}
        {tab === 'threads' && <AgentThreads name={agent.name} />}
        {tab === 'usage' && <AgentUsage name={agent.name} />}
        {tab === 'schema' && <AgentSchemaPanel name={agent.name} />}
      </Tabs>
    </>
  );
}

function AgentTitle({ agent }: { agent: Agent }) {
  return (
    <span className="flex items-center gap-3">
      <span className="truncate">{agent.name}</span>
      <StateMark
        state={agent.state}
        reason={agent.waitingReason}
        className="text-base font-normal tracking-normal"
      />
      {!agent.isAgent && <Badge>tool</Badge>}
      {agent.isRemoved && (
        <Badge tip="The runtime no longer lists it. Its history stays.">removed</Badge>
      )}
      {!agent.isListed && (
        <Badge tip="It is an end of messages, but the runtime does not list it.">not listed</Badge>
      )}
    </span>
  );
}

function UnknownAgent({ name }: { name: string }) {
  const hrefOf = useHref();
  return (
    <EmptyState
      title="Nothing is known of this agent"
      actions={<ButtonLink href={hrefOf('/agents')}>See all agents</ButtonLink>}
    >
      <p>
        {`No source of this organism has named ${name}. It may belong to another organism, or the link may be mistyped.`}
      </p>
    </EmptyState>
  );
}

function AgentSkeleton() {
  return (
    <>
      <Skeleton className="h-20 w-full" />
      <SkeletonRows rows={10} label="Loading agent" />
    </>
  );
}
