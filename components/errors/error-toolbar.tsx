'use client';

import { useLive } from '#components/live/use-live.ts';
import { Button } from '#components/ui/button.tsx';
import { FilterChip } from '#components/ui/filter-chip.tsx';
import { Input, SearchInput } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import type { OrganismState } from '#organism/state.ts';

import { SEVERITIES } from './prepare-errors.ts';
import type { ErrorFilters } from './use-error-filters.ts';

const ALL = '';
const SEVERITY_OPTIONS = [
  { value: ALL, label: 'All severities' },
  ...SEVERITIES.map((value) => ({ value, label: value })),
];

export function ErrorToolbar({ filters }: { filters: ErrorFilters }) {
  const { choices, set } = filters;
  const known = useLive(selectAgentNames);
  const names =
    choices.agent === null || known.includes(choices.agent) ? known : [choices.agent, ...known];
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchInput
        label="Filter by text"
        placeholder="Words in text"
        value={choices.text}
        onChange={(text) => set({ text })}
        isPageFilter
      />
      <Select
        label="Severity"
        value={choices.severity ?? ALL}
        options={SEVERITY_OPTIONS}
        onChange={(value) =>
          set({ severity: SEVERITIES.find((severity) => severity === value) ?? null })
        }
      />
      <Select
        label="Agent"
        value={choices.agent ?? ALL}
        options={[
          { value: ALL, label: 'All agents' },
          ...names.map((name) => ({ value: name, label: name })),
        ]}
        onChange={(name) => set({ agent: name === ALL ? null : name })}
      />
      {choices.thread === null ? (
        <ThreadInput onEnter={(thread) => set({ thread })} />
      ) : (
        <FilterChip label="Thread" value={choices.thread} onRemove={() => set({ thread: null })} />
      )}
      {filters.isFiltered && (
        <Button variant="ghost" size="sm" onClick={filters.clear}>
          Clear filters
        </Button>
      )}
    </div>
  );
}

function ThreadInput(props: { onEnter: (thread: string) => void }) {
  return (
    <Input
      aria-label="Only one thread, by its id"
      placeholder="Thread id, Enter"
      className="max-w-40"
      onKeyDown={(event) => {
        const thread = event.currentTarget.value.trim();
        if (event.key === 'Enter' && thread !== '') props.onEnter(thread);
      }}
    />
  );
}

function selectAgentNames(organism: OrganismState): readonly string[] {
  return [...organism.agents.keys()].sort();
}
