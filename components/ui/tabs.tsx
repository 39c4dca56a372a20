'use client';

import { Tabs as BaseTabs } from '@base-ui/react/tabs';
import { clsx } from 'clsx';

export type Tab<Value extends string> = {
  value: Value;
  label: string;
  /** Shown after the label, quietly. */
  count?: React.ReactNode;
};

/** Tabs whose choice the caller keeps (in the URL); `children` is the chosen panel's content. */
export function Tabs<Value extends string>(props: {
  label: string;
  value: Value;
  tabs: readonly Tab<Value>[];
  onChange: (value: Value) => void;
  className?: string | undefined;
  children: React.ReactNode;
}) {
  const choose = (value: unknown) => {
    const tab = props.tabs.find((candidate) => candidate.value === value);
    if (tab !== undefined) props.onChange(tab.value);
  };
  return (
    <BaseTabs.Root
      value={props.value}
      onValueChange={choose}
      className={clsx('flex min-h-0 flex-col', props.className)}
    >
      <BaseTabs.List
        aria-label={props.label}
        className="flex shrink-0 gap-4 overflow-x-auto border-b border-line"
      >
        {props.tabs.map((tab) => (
          <BaseTabs.Tab
            key={tab.value}
            value={tab.value}
            className="-mb-px flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent text-ink-2 transition-colors hover:text-ink focus-visible:-outline-offset-2 data-active:border-accent data-active:font-medium data-active:text-ink"
          >
            {tab.label}
            {tab.count !== undefined && (
              <span className="text-table font-normal text-ink-3">{tab.count}</span>
            )}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      <BaseTabs.Panel value={props.value} className="min-h-0 flex-1 pt-3 outline-none">
        {props.children}
      </BaseTabs.Panel>
    </BaseTabs.Root>
  );
}
