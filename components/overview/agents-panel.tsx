'use client';

import Link from 'next/link';

import { countStates, listedAgents } from '#components/agents/agent-states.ts';
import { useHref } from '#components/api/use-href.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { useHeldOrder } from '#components/live/use-paused-feed.ts';
import { ButtonLink } from '#components/ui/button.tsx';
import { shortenId } from '#components/ui/id.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';
import { TimeAgo } from '#components/ui/time.tsx';
import type { AgentView } from '#organism/state.ts';

import { MAX_SHOWN_AGENTS, pickAgents } from './pick-agents.ts';

/** Who does what now. */
export function AgentsPanel({ className }: { className?: string | undefined }) {
  const hrefOf = useHref();
  const agents = usePacedLive(listedAgents);
  const held = useHeldOrder(pickAgents(agents), (agent) => agent.name);
  return (
    <Panel
      flush
      className={className}
      title="Agents"
      sub={agents.length > MAX_SHOWN_AGENTS && `${MAX_SHOWN_AGENTS} of ${agents.length}`}
      actions={
        <>
          <StateCounts agents={agents} />
          <ButtonLink size="sm" variant="ghost" href={hrefOf('/agents')}>
            All agents
          </ButtonLink>
        </>
      }
    >
      {agents.length === 0 ? (
        <EmptyState isCompact title="No agents yet">
          <p>They appear here as soon as the source reports them.</p>
        </EmptyState>
      ) : (
        <ul {...held.holdProps} className="min-h-0 flex-1 overflow-y-auto">
          {held.items.map((agent) => (
            <AgentRow key={agent.name} agent={agent} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function StateCounts({ agents }: { agents: readonly AgentView[] }) {
  return (
    <ul className="flex gap-2.5 text-table text-ink-2" aria-label="Agents by state">
      {countStates(agents).map(({ state, count }) => (
        <li key={state} className="flex items-center gap-1">
          <StateMark state={state} isWordHidden />
          {count}
        </li>
      ))}
    </ul>
  );
}

function AgentRow({ agent }: { agent: AgentView }) {
  const hrefOf = useHref();
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        href={hrefOf(`/agents/${encodeURIComponent(agent.name)}`)}
        prefetch={false}
        className="touch-target grid h-8 grid-cols-[minmax(0,1fr)_6.5rem_5.75rem] items-center gap-3 px-3 text-table hover:bg-wash focus-visible:-outline-offset-2"
      >
        <span className="truncate font-medium">{agent.name}</span>
        <StateMark state={agent.state} reason={agent.waitingReason} />
        {agent.currentThread === null ? (
          // Who works on nothing shows the last sign of life instead.
          <span className="truncate text-right text-ink-3">
            <TimeAgo instant={agent.lastActivity} />
          </span>
        ) : (
          <span className="mono truncate text-right text-ink-3" data-tip={agent.currentThread}>
            {shortenId(agent.currentThread)}
          </span>
        )}
      </Link>
    </li>
  );
}
