'use client';

import { Select as BaseSelect } from '@base-ui/react/select';
import { clsx } from 'clsx';
import { Check, ChevronDown } from 'lucide-react';

import { ITEM_CLASS, POPUP_CLASS } from './menu.tsx';

export type SelectOption<Value extends string> = {
  value: Value;
  label: string;
  /** A second, quieter line of fact on the right. */
  hint?: string | undefined;
};

type SelectProps<Value extends string> = {
  /** The accessible name; shown before the value when `isLabelVisible`. */
  label: string;
  value: Value;
  options: readonly SelectOption<Value>[];
  onChange: (value: Value) => void;
  isLabelVisible?: boolean | undefined;
  icon?: React.ReactNode;
  variant?: 'field' | 'quiet' | undefined;
  className?: string | undefined;
};

export function Select<Value extends string>(props: SelectProps<Value>) {
  const choose = (value: unknown) => {
    const option = props.options.find((candidate) => candidate.value === value);
    if (option !== undefined) props.onChange(option.value);
  };
  return (
    <BaseSelect.Root
      items={[...props.options]}
      value={props.value}
      onValueChange={choose}
      modal={false}
    >
      <BaseSelect.Trigger
        aria-label={props.label}
        className={clsx(
          'touch-target inline-flex h-7 max-w-60 min-w-0 items-center gap-1.5 rounded-md border px-2 text-base transition-colors select-none hover:bg-wash',
          props.variant === 'quiet' ? 'border-transparent' : 'border-line-strong bg-panel',
          props.className,
        )}
      >
        {props.icon}
        {props.isLabelVisible === true && <span className="text-ink-3">{props.label}</span>}
        <BaseSelect.Value className="truncate" />
        <BaseSelect.Icon className="ml-auto shrink-0 text-ink-3">
          <ChevronDown className="size-3.5" aria-hidden />
        </BaseSelect.Icon>
      </BaseSelect.Trigger>
      <SelectList options={props.options} />
    </BaseSelect.Root>
  );
}

function SelectList<Value extends string>(props: { options: readonly SelectOption<Value>[] }) {
  return (
    <BaseSelect.Portal>
      <BaseSelect.Positioner
        className="z-40 outline-none"
        sideOffset={4}
        align="start"
        alignItemWithTrigger={false}
      >
        <BaseSelect.Popup className={clsx(POPUP_CLASS, 'min-w-(--anchor-width)')}>
          <BaseSelect.List>
            {props.options.map((option) => (
              <BaseSelect.Item key={option.value} value={option.value} className={ITEM_CLASS}>
                <BaseSelect.ItemText className="flex-1 truncate">
                  {option.label}
                </BaseSelect.ItemText>
                {option.hint !== undefined && <span className="text-ink-3">{option.hint}</span>}
                <span className="w-3.5 text-accent">
                  <BaseSelect.ItemIndicator>
                    <Check className="size-3.5" aria-hidden />
                  </BaseSelect.ItemIndicator>
                </span>
              </BaseSelect.Item>
            ))}
          </BaseSelect.List>
        </BaseSelect.Popup>
      </BaseSelect.Positioner>
    </BaseSelect.Portal>
  );
}
