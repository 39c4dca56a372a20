'use client';

import { CalendarDays } from 'lucide-react';

import { customRange, parseRangeToken } from '#components/api/range.ts';
import type { RangeFilter } from '#components/api/use-range-filter.ts';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';

import { CUSTOM, type RangeChoice, rangeDays } from './prepare-range.ts';

/** Chooses a span of days; the days themselves and the zone they are cut in stand beside it. */
export function RangePicker(props: {
  label: string;
  filter: RangeFilter;
  choices: readonly RangeChoice[];
}) {
  const { filter, choices } = props;
  const { token, range, zone } = filter;
  const days = range === null || zone === null ? null : rangeDays(range, zone);
  const isListed = choices.some((choice) => choice.value === token);
  const choose = (value: RangeChoice['value']) => {
    if (value !== CUSTOM) filter.setToken(value);
    else if (days !== null) filter.setToken(customRange(days.first, days.last));
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        label={props.label}
        icon={<CalendarDays className="size-3.5 text-ink-3" aria-hidden />}
        value={isListed ? token : CUSTOM}
        options={[...choices, { value: CUSTOM, label: 'Own days' }]}
        onChange={choose}
      />
      {days !== null && !isListed && (
        <OwnDays key={token} first={days.first} last={days.last} onChange={filter.setToken} />
      )}
      <span className="text-table text-ink-2">
        {days === null || zone === null
          ? '\u2007'
          : isListed
            ? `${days.first} – ${days.last}, ${zone}`
            : zone}
      </span>
    </div>
  );
}

function OwnDays(props: { first: string; last: string; onChange: RangeFilter['setToken'] }) {
  // A half-typed date is no date yet: the URL keeps the last range that was one.
  const change = (first: string, last: string) => {
    const token = parseRangeToken(first <= last ? `${first}..${last}` : `${first}..${first}`);
    if (token !== null) props.onChange(token);
  };
  return (
    <span className="flex items-center gap-1">
      <Input
        type="date"
        aria-label="First day"
        className="w-34"
        defaultValue={props.first}
        onBlur={(event) => change(event.target.value, props.last)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') change(event.currentTarget.value, props.last);
        }}
      />
      <span className="text-ink-3">to</span>
      <Input
        type="date"
        aria-label="Last day"
        className="w-34"
        defaultValue={props.last}
        onBlur={(event) => change(props.first, event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') change(props.first, event.currentTarget.value);
        }}
      />
    </span>
  );
}
