'use client';

import { type UsageDimension, useUsageNames } from '#components/api/use-usage.ts';
import { Select } from '#components/ui/select.tsx';

import { DIMENSION_WORDS, nameWords } from './dimension-words.ts';

const ALL = '';

/** Narrows to one name that occurs in the ledger. */
export function NameSelect(props: {
  dimension: UsageDimension;
  value: string | null;
  onChange: (name: string | null) => void;
}) {
  const { dimension, value } = props;
  const { data } = useUsageNames(dimension);
  const words = DIMENSION_WORDS[dimension];
  const known = data?.names ?? [];
  // A shared link may name what is not stored here (yet): the choice stays visible.
  const names = value === null || known.includes(value) ? known : [value, ...known];
  return (
    <Select
      label={`Only one ${words.one}`}
      value={value ?? ALL}
      options={[
        { value: ALL, label: words.all },
        ...names.map((name) => ({ value: name, label: nameWords(dimension, name) })),
      ]}
      onChange={(name) => props.onChange(name === ALL ? null : name)}
      className={value === null ? undefined : 'border-accent/60 bg-accent-wash'}
    />
  );
}
