'use client';

import { useHref } from '#components/api/use-href.ts';
import { LiveSurface } from '#components/connect/live-surface.tsx';
import { formatCount } from '#components/format/number.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FilteredEmptyState } from '#components/ui/surface-states.tsx';
import { DataTable } from '#components/ui/table/data-table.tsx';
import type { AgentView } from '#organism/state.ts';

import { AGENT_COLUMNS } from './agent-columns.tsx';
import { AgentGrid } from './agent-grid.tsx';
import { AgentsToolbar } from './agents-toolbar.tsx';
import { filterAgents, isOfKind, selectAgents, sortAgents } from './prepare-agents.ts';
import { type AgentFilters, useAgentFilters } from './use-agent-filters.ts';

/** Every agent and tool, live. */
export function AgentsView() {
  const filters = useAgentFilters();
  const { params } = filters;
  const agents = usePacedLive((organism) => selectAgents(organism, params.isRemoved));
  const removedCount = usePacedLive((organism) => selectAgents(organism, true).length);
  const ofKind = agents.filter((agent) => isOfKind(agent, params.kind));
  const shown = filterAgents(agents, params);
  return (
    <Page fill={params.view === 'table'}>
      <PageHeader title="Agents" sub={countWords(agents)} />
      <LiveSurface
        skeleton={
          <Panel flush>
            <SkeletonRows rows={12} label="Loading agents" />
          </Panel>
        }
      >
        <AgentsToolbar filters={filters} agents={ofKind} removedCount={removedCount} />
        {params.view === 'table' || shown.length === 0 ? (
          <AgentTable filters={filters} all={agents} shown={shown} />
        ) : (
          <AgentGrid agents={sortAgents(shown, params.sort)} />
        )}
      </LiveSurface>
    </Page>
  );
}

function AgentTable(props: {
  filters: AgentFilters;
  all: readonly AgentView[];
  shown: readonly AgentView[];
}) {
  const { params, change, clear } = props.filters;
  const { states, kind, text, isRemoved } = params;
  const hrefOf = useHref();
  return (
    <Panel flush className="min-h-60 flex-1">
      <DataTable
        label="Agents"
        isPrimary
        fill
        rows={props.shown}
        columns={AGENT_COLUMNS}
        getRowId={(agent) => agent.name}
        viewKey={JSON.stringify([states, kind, text, isRemoved])}
        sort={params.sort}
        onSortChange={(sort) => change({ sort })}
        hrefOf={(agent) => hrefOf(`/agents/${encodeURIComponent(agent.name)}`)}
        empty={
          props.all.length > 0 ? (
            <FilteredEmptyState what="agents" hiddenCount={props.all.length} onClear={clear} />
          ) : (
            <EmptyState title={isRemoved ? 'No agent was removed' : 'No agents yet'}>
              <p>Agents and tools appear here as soon as the source reports them.</p>
            </EmptyState>
          )
        }
      />
    </Panel>
  );
}

function countWords(agents: readonly AgentView[]): string {
  const agentCount = agents.filter(({ isAgent }) => isAgent).length;
  return `${formatCount(agentCount, 'agent')}, ${formatCount(agents.length - agentCount, 'tool')}`;
}
