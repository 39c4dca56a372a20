'use client';

import { ToggleChip } from '#components/ui/filter-chip.tsx';
import { SearchInput } from '#components/ui/input.tsx';
import { SegmentedControl } from '#components/ui/segmented-control.tsx';
import { Select } from '#components/ui/select.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import { AGENT_STATES } from '#organism/agentserver/entities.ts';
import type { AgentView } from '#organism/state.ts';

import { countStates, urgency } from './agent-states.ts';
import type { AgentFilters } from './use-agent-filters.ts';

const KINDS = [
  { value: 'all', label: 'All' },
  { value: 'agents', label: 'Agents' },
  { value: 'tools', label: 'Tools' },
] as const;
const VIEWS = [
  { value: 'table', label: 'Table' },
  { value: 'grid', label: 'Grid' },
] as const;
const SORTS = [
  { value: 'name', label: 'name' },
  { value: 'state', label: 'urgency' },
  { value: '-activity', label: 'last activity' },
  { value: '-messages', label: 'messages' },
  { value: '-tokens', label: 'tokens' },
  { value: '-cost', label: 'cost' },
] as const;

export function AgentsToolbar(props: {
  filters: AgentFilters;
  /** All of the list the filters choose from. */
  agents: readonly AgentView[];
  removedCount: number;
}) {
  const { params, change } = props.filters;
  const { states, sort } = params;
  const sortToken = `${sort.isDescending ? '-' : ''}${sort.id}`;
  return (
    <div className="-mt-1 flex flex-wrap items-center gap-2">
      <SearchInput
        label="Filter agents by name or description"
        placeholder="Name or description"
        isPageFilter
        value={params.text}
        onChange={(text) => change({ text })}
      />
      <SegmentedControl
        label="Kind"
        value={params.kind}
        segments={KINDS}
        onChange={(kind) => change({ kind })}
      />
      <StateChips {...props} chosen={states} onChange={(next) => change({ states: next })} />
      {(props.removedCount > 0 || params.isRemoved) && (
        <ToggleChip
          isOn={params.isRemoved}
          count={props.removedCount}
          onToggle={() => change({ isRemoved: !params.isRemoved, states: null })}
        >
          Removed
        </ToggleChip>
      )}
      <div className="ml-auto flex items-center gap-2">
        {params.view === 'grid' && (
          <Select
            label="Sort by"
            isLabelVisible
            value={SORTS.find(({ value }) => value === sortToken)?.value ?? 'name'}
            options={SORTS}
            onChange={(token) =>
              change({ sort: { id: token.replace('-', ''), isDescending: token.startsWith('-') } })
            }
          />
        )}
        <SegmentedControl
          label="View"
          value={params.view}
          segments={VIEWS}
          onChange={(view) => change({ view })}
        />
      </div>
    </div>
  );
}

function StateChips(props: {
  agents: readonly AgentView[];
  chosen: readonly string[];
  onChange: (states: string[]) => void;
}) {
  const { chosen } = props;
  const counts = new Map(countStates(props.agents).map(({ state, count }) => [state, count]));
  // The usual states keep their places whether or not an agent is in them.
  const shown = [...new Set([...AGENT_STATES, ...counts.keys(), ...chosen])].sort(
    (a, b) => urgency(a) - urgency(b) || a.localeCompare(b),
  );
  return shown.map((state) => {
    const isOn = chosen.includes(state);
    return (
      // Where room is dear, a state nobody is in gives way.
      <span key={state} className={isOn || counts.has(state) ? 'contents' : 'max-sm:hidden'}>
        <ToggleChip
          isOn={isOn}
          count={counts.get(state) ?? 0}
          onToggle={() =>
            props.onChange(isOn ? chosen.filter((other) => other !== state) : [...chosen, state])
          }
        >
          {/* A state nobody is in is offered, but calls for nothing. */}
          <StateMark state={state} className={counts.has(state) ? undefined : 'grayscale'} />
        </ToggleChip>
      </span>
    );
  });
}
