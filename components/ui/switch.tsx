'use client';

import { Switch as BaseSwitch } from '@base-ui/react/switch';

/** On or off at once, with its words; no save button follows. */
export function Switch(props: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean | undefined;
}) {
  return (
    <label className="touch-target inline-flex items-center gap-2 select-none">
      <BaseSwitch.Root
        checked={props.checked}
        disabled={props.disabled}
        onCheckedChange={props.onChange}
        className="inline-flex h-4 w-7 shrink-0 items-center rounded-full border border-line-strong bg-track p-px transition-colors data-checked:border-transparent data-checked:bg-accent data-disabled:opacity-45"
      >
        <BaseSwitch.Thumb className="size-3 rounded-full bg-ink-3 transition-transform data-checked:translate-x-3 data-checked:bg-panel" />
      </BaseSwitch.Root>
      {props.label}
    </label>
  );
}
