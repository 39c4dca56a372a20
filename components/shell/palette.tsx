'use client';

import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { useRouter } from 'next/navigation';

import { useHref } from '#components/api/use-href.ts';
import { Kbd } from '#components/ui/kbd.tsx';

import { rankItems } from './rank-items.ts';

export type PaletteItem = {
  id: string;
  label: string;
  group: string;
  /** Quiet text on the right: a state, a count, a shortcut. */
  hint?: string | undefined;
  /** Further words it is found by. */
  keywords?: string[] | undefined;
  icon?: React.ReactNode;
} & ({ href: string; onSelect?: undefined } | { onSelect: () => void; href?: undefined });

/** The dialog of the palette; its content is mounted anew each time it opens. */
export function Palette(props: { open: boolean; onClose: () => void; children: React.ReactNode }) {
  return (
    <BaseDialog.Root open={props.open} onOpenChange={(next) => !next && props.onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="fixed inset-0 z-30 bg-scrim transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <BaseDialog.Popup
          aria-label="Search and commands"
          className="fixed top-[10vh] left-1/2 z-30 w-[min(36rem,calc(100vw-1rem))] -translate-x-1/2 overflow-hidden rounded-md border border-line-strong bg-panel outline-none transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0"
        >
          {props.children}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

/** What the palette finds: its items by their words, narrowed as `text` is typed. */
export function PaletteContent(props: {
  items: readonly PaletteItem[];
  text: string;
  onTextChange: (text: string) => void;
  /** More may follow: "nothing found" is not known yet. */
  isSearching: boolean;
  onClose: () => void;
}) {
  const { onClose } = props;
  const items = rankItems(props.items, props.text);
  const router = useRouter();
  const hrefOf = useHref();
  const select = (item: PaletteItem) => {
    onClose();
    if (item.href === undefined) item.onSelect();
    else router.push(hrefOf(item.href));
  };
  return (
    // Ranked by us: its own ranking leaves items that come back into view in their old order.
    <Command label="Search and commands" loop shouldFilter={false}>
      <div className="flex h-11 items-center gap-2.5 border-b border-line px-3">
        <Search className="size-4 shrink-0 text-ink-3" aria-hidden />
        <Command.Input
          value={props.text}
          onValueChange={props.onTextChange}
          placeholder="Go to a page, an agent, a thread…"
          className="h-full flex-1 bg-transparent text-lead outline-none placeholder:text-ink-3"
        />
        <Kbd>Esc</Kbd>
      </div>
      <Command.List className="max-h-[min(24rem,60vh)] overflow-y-auto p-1.5">
        <Command.Empty className="px-2 py-6 text-center text-ink-3">
          {props.isSearching ? 'Searching…' : 'Nothing here has that name.'}
        </Command.Empty>
        {[...new Set(items.map((item) => item.group))].map((group) => (
          <PaletteGroup
            key={group}
            title={group}
            items={items.filter((item) => item.group === group)}
            onSelect={select}
          />
        ))}
      </Command.List>
    </Command>
  );
}

function PaletteGroup(props: {
  title: string;
  items: readonly PaletteItem[];
  onSelect: (item: PaletteItem) => void;
}) {
  return (
    <Command.Group
      heading={props.title}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-micro [&_[cmdk-group-heading]]:text-ink-3"
    >
      {props.items.map((item) => (
        <Command.Item
          key={item.id}
          value={item.id}
          onSelect={() => props.onSelect(item)}
          className="touch-target flex h-8 items-center gap-2.5 rounded-sm px-2 data-[selected=true]:bg-press"
        >
          <span className="flex size-4 shrink-0 items-center text-ink-3">{item.icon}</span>
          <span className="min-w-0 flex-1 truncate">{item.label}</span>
          {item.hint !== undefined && (
            <span className="max-w-2/5 truncate text-table text-ink-3">{item.hint}</span>
          )}
        </Command.Item>
      ))}
    </Command.Group>
  );
}
