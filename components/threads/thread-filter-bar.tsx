'use client';

import { useLive } from '#components/live/use-live.ts';
import { Num } from '#components/ui/figures.tsx';
import { ToggleChip } from '#components/ui/filter-chip.tsx';
import { SearchInput } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import { THREAD_STATUSES } from '#organism/agentserver/entities.ts';
import type { OrganismState } from '#organism/state.ts';

import type { StatusCounts } from './prepare-threads.ts';
import { ACTIVE_SPANS, type ActiveSpan, type ThreadFilters } from './use-thread-filters.ts';

const ANY = 'any';

const SPAN_LABELS: Record<ActiveSpan, string> = {
  '5m': 'Last 5 min',
  '15m': 'Last 15 min',
  '1h': 'Last hour',
  '24h': 'Last 24 h',
  '7d': 'Last 7 d',
};

export function ThreadFilterBar(props: { filters: ThreadFilters; counts: StatusCounts }) {
  const { filters, counts } = props;
  const { status, agent, text } = filters.filter;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchInput
        label="Filter threads"
        placeholder="Id, agent, error or message"
        value={text}
        onChange={filters.setText}
        isPageFilter
        className="w-full sm:w-64"
      />
      <AgentSelect agent={agent} onChange={filters.setAgent} />
      <Select
        label="Active"
        isLabelVisible
        value={filters.active ?? ANY}
        options={[
          { value: ANY, label: 'Any time' },
          ...ACTIVE_SPANS.map((value) => ({ value, label: SPAN_LABELS[value] })),
        ]}
        onChange={(value) => filters.setActive(value === ANY ? null : value)}
      />
      <div className="flex flex-wrap items-center gap-1.5">
        {THREAD_STATUSES.map((value) => (
          <ToggleChip
            key={value}
            isOn={status === value}
            onToggle={() => filters.setStatus(status === value ? null : value)}
            count={<Num value={counts.get(value) ?? 0} />}
          >
            <StateMark
              state={value}
              className={(counts.get(value) ?? 0) > 0 ? undefined : 'grayscale'}
            />
          </ToggleChip>
        ))}
      </div>
    </div>
  );
}

function AgentSelect(props: { agent: string | null; onChange: (agent: string | null) => void }) {
  const names = useLive(selectAgentNames);
  const { agent } = props;
  const known = agent === null || names.includes(agent) ? names : [agent, ...names];
  return (
    <Select
      label="Agent"
      isLabelVisible={agent !== null}
      value={agent ?? ''}
      options={[
        { value: '', label: 'All agents' },
        ...known.map((name) => ({ value: name, label: name })),
      ]}
      onChange={(name) => props.onChange(name === '' ? null : name)}
    />
  );
}

function selectAgentNames(organism: OrganismState): readonly string[] {
  return [...organism.agents.keys()].sort();
}
