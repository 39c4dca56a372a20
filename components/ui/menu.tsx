'use client';

import { Menu as BaseMenu } from '@base-ui/react/menu';
import { clsx } from 'clsx';
import { Check } from 'lucide-react';

export const POPUP_CLASS =
  'max-h-(--available-height) overflow-y-auto overscroll-contain rounded-md border border-line-strong ' +
  'bg-panel p-1 text-base text-ink outline-none transition-opacity ' +
  'data-starting-style:opacity-0 data-ending-style:opacity-0';

export const ITEM_CLASS =
  'touch-target flex h-7 cursor-default items-center gap-2 rounded-sm px-2 outline-none select-none ' +
  'data-disabled:opacity-45 data-highlighted:bg-press';

type MenuProps = {
  /** The element that opens the menu, usually an IconButton or Button. */
  trigger: React.ReactElement;
  align?: 'start' | 'center' | 'end' | undefined;
  children: React.ReactNode;
};

export function Menu({ trigger, align = 'end', children }: MenuProps) {
  return (
    <BaseMenu.Root modal={false}>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner className="z-40 outline-none" sideOffset={4} align={align}>
          <BaseMenu.Popup className={clsx(POPUP_CLASS, 'min-w-44')}>{children}</BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

export function MenuItem(props: {
  onSelect: () => void;
  icon?: React.ReactNode;
  isDanger?: boolean | undefined;
  disabled?: boolean | undefined;
  children: React.ReactNode;
}) {
  return (
    <BaseMenu.Item
      onClick={props.onSelect}
      disabled={props.disabled}
      className={clsx(ITEM_CLASS, props.isDanger === true && 'text-error')}
    >
      {props.icon}
      {props.children}
    </BaseMenu.Item>
  );
}

export type MenuChoice<Value extends string> = {
  value: Value;
  label: string;
  icon?: React.ReactNode;
};

/** One of several: the chosen line carries a check mark. */
export function MenuChoices<Value extends string>(props: {
  label: string;
  value: Value;
  choices: readonly MenuChoice<Value>[];
  onChange: (value: Value) => void;
}) {
  const choose = (value: unknown) => {
    const choice = props.choices.find((candidate) => candidate.value === value);
    if (choice !== undefined) props.onChange(choice.value);
  };
  return (
    <BaseMenu.Group>
      <BaseMenu.GroupLabel className="px-2 pt-1 pb-1 text-micro text-ink-3">
        {props.label}
      </BaseMenu.GroupLabel>
      <BaseMenu.RadioGroup value={props.value} onValueChange={choose}>
        {props.choices.map((choice) => (
          <BaseMenu.RadioItem
            key={choice.value}
            value={choice.value}
            closeOnClick
            className={ITEM_CLASS}
          >
            {choice.icon}
            <span className="flex-1">{choice.label}</span>
            <BaseMenu.RadioItemIndicator className="text-accent">
              <Check className="size-3.5" aria-hidden />
            </BaseMenu.RadioItemIndicator>
          </BaseMenu.RadioItem>
        ))}
      </BaseMenu.RadioGroup>
    </BaseMenu.Group>
  );
}

export function MenuSeparator() {
  return <BaseMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
}
