'use client';

import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';

export type Segment<Value extends string> = { value: Value; label: React.ReactNode };

/** Two to five exclusive views side by side: tokens, cost, requests. */
export function SegmentedControl<Value extends string>(props: {
  label: string;
  value: Value;
  segments: readonly Segment<Value>[];
  onChange: (value: Value) => void;
}) {
  const choose = (value: unknown) => {
    const segment = props.segments.find((candidate) => candidate.value === value);
    if (segment !== undefined) props.onChange(segment.value);
  };
  return (
    <RadioGroup
      aria-label={props.label}
      value={props.value}
      onValueChange={choose}
      className="inline-flex h-7 items-stretch overflow-hidden pointer-coarse:h-11 rounded-md border border-line-strong bg-panel"
    >
      {props.segments.map((segment) => (
        <Radio.Root
          key={segment.value}
          value={segment.value}
          className="flex cursor-pointer items-center border-line-strong px-2.5 whitespace-nowrap text-ink-2 transition-colors select-none not-first:border-l hover:text-ink focus-visible:-outline-offset-2 data-checked:bg-press data-checked:font-medium data-checked:text-ink"
        >
          {segment.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}
