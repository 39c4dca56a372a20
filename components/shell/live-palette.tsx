'use client';

import { Bot, MessageSquareText, Waypoints, type LucideIcon } from 'lucide-react';
import { useState } from 'react';

import { useSearch } from '#components/api/use-search.ts';
import { useLiveContext } from '#components/live/live-context.tsx';
import { useSettled } from '#components/ui/use-settled.ts';

import { Palette, PaletteContent, type PaletteItem } from './palette.tsx';
import { liveItems, searchItems } from './prepare-palette.ts';

export type LivePaletteProps = {
  open: boolean;
  onClose: () => void;
  /** Pages and commands. */
  commands: readonly PaletteItem[];
};

/** The palette with the organism's agents and hot threads, and what the server finds. */
export function LivePalette({ open, onClose, commands }: LivePaletteProps) {
  return (
    <Palette open={open} onClose={onClose}>
      <Finder commands={commands} onClose={onClose} />
    </Palette>
  );
}

function Finder(props: { commands: readonly PaletteItem[]; onClose: () => void }) {
  const { store } = useLiveContext();
  // The picture as it was on opening: a list under the arrow keys must not reorder itself.
  const [organism] = useState(() => store.getSnapshot().organism);
  const [text, setText] = useState('');
  const query = useSettled(text);
  const search = useSearch(query);
  const live = liveItems(organism);
  const known = new Set(live.map((item) => item.id));
  const found = text.trim() === '' ? [] : searchItems(search.data?.hits ?? [], query);
  return (
    <PaletteContent
      items={[
        ...props.commands,
        ...[...live, ...found.filter((item) => !known.has(item.id))].map(withIcon),
      ]}
      text={text}
      onTextChange={setText}
      isSearching={search.isFetching || query !== text}
      onClose={props.onClose}
    />
  );
}

const ICONS: readonly (readonly [prefix: string, icon: LucideIcon])[] = [
  ['agent:', Bot],
  ['thread:', Waypoints],
  ['message:', MessageSquareText],
];

function withIcon(item: PaletteItem): PaletteItem {
  const Icon = ICONS.find(([prefix]) => item.id.startsWith(prefix))?.[1];
  if (Icon === undefined) return item;
  return { ...item, icon: <Icon className="size-4" strokeWidth={1.75} aria-hidden /> };
}
