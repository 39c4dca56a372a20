'use client';

import { usePacedLive } from '#components/live/use-paced-live.ts';
import { FilterChip } from '#components/ui/filter-chip.tsx';
import { shortenId } from '#components/ui/id.tsx';
import { SearchInput } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import type { OrganismState } from '#organism/state.ts';

import type { MessageFilter } from './message-filter.ts';

const ANY = '';

export function MessageFilters(props: {
  filter: MessageFilter;
  onChange: (patch: Partial<MessageFilter>) => void;
}) {
  const { filter, onChange } = props;
  const agents = usePacedLive(agentNames);
  const types = usePacedLive(recentTypes);
  return (
    <>
      <SearchInput
        label="Filter by payload text"
        placeholder="Words in payload"
        isPageFilter
        value={filter.text}
        onChange={(text) => onChange({ text })}
      />
      <Select
        label="Agent"
        isLabelVisible={filter.agent !== null}
        value={filter.agent ?? ANY}
        options={withAll('All agents', agents, filter.agent)}
        onChange={(agent) => onChange({ agent: agent === ANY ? null : agent })}
      />
      <Select
        label="Type"
        isLabelVisible={filter.payloadType !== null}
        value={filter.payloadType ?? ANY}
        options={withAll('All types', types, filter.payloadType)}
        onChange={(payloadType) =>
          onChange({ payloadType: payloadType === ANY ? null : payloadType })
        }
      />
      {filter.thread !== null && (
        <FilterChip
          label="Thread"
          value={shortenId(filter.thread)}
          onRemove={() => onChange({ thread: null })}
        />
      )}
    </>
  );
}

/** The chosen one is offered even when nobody by that name is known. */
function withAll(label: string, names: readonly string[], chosen: string | null) {
  const all = chosen === null || names.includes(chosen) ? names : [chosen, ...names];
  return [{ value: ANY, label }, ...all.map((name) => ({ value: name, label: name }))];
}

function agentNames(organism: OrganismState): string[] {
  return [...organism.agents.keys()].sort();
}

function recentTypes(organism: OrganismState): string[] {
  return [...new Set(organism.recentMessages.map((message) => message.payloadType))].sort();
}
