'use client';

import { Keyboard, Search } from 'lucide-react';

import { IconButton } from '#components/ui/button.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { Select } from '#components/ui/select.tsx';

import { ConnectionPill, type ConnectionState } from './connection-pill.tsx';
import { ThemeMenu } from './theme-menu.tsx';
import { useModKey } from './use-mod-key.ts';
import { ZoneSelect } from './zone-select.tsx';

export type OrganismChoice = { id: string; name: string; hint?: string | undefined };

export type TopBarProps = {
  organisms: readonly OrganismChoice[];
  organismId: string | null;
  onOrganismChange?: ((id: string) => void) | undefined;
  connection: ConnectionState;
  onReconnect?: (() => void) | undefined;
  onSearch: () => void;
  onShowShortcuts: () => void;
};

export function TopBar(props: TopBarProps) {
  const modKey = useModKey();
  return (
    <header className="flex h-12 min-w-0 items-center gap-2 border-b border-line px-3 sm:px-4">
      <OrganismSwitch {...props} />
      <div className="flex-1" />
      <button
        type="button"
        onClick={props.onSearch}
        aria-keyshortcuts="Meta+K Control+K"
        className="touch-target hidden h-7 w-52 items-center gap-2 rounded-md border border-line px-2 text-ink-3 transition-colors hover:border-line-strong hover:text-ink-2 md:flex"
      >
        <Search className="size-3.5" aria-hidden />
        <span className="flex-1 text-left">Search</span>
        <Kbd isHint>{modKey} K</Kbd>
      </button>
      <IconButton label="Search and commands" className="md:hidden" onClick={props.onSearch}>
        <Search className="size-4" strokeWidth={1.75} aria-hidden />
      </IconButton>
      <div className="hidden items-center gap-1 sm:flex">
        <ZoneSelect />
        <ThemeMenu />
        <IconButton label="Keyboard shortcuts" shortcut="?" onClick={props.onShowShortcuts}>
          <Keyboard className="size-4" strokeWidth={1.75} aria-hidden />
        </IconButton>
      </div>
      <ConnectionPill state={props.connection} onReconnect={props.onReconnect} />
    </header>
  );
}

function OrganismSwitch(props: TopBarProps) {
  const [only] = props.organisms;
  if (only === undefined) return <span className="truncate text-ink-3">No organism yet</span>;
  if (props.organisms.length === 1) {
    return <span className="truncate font-medium">{only.name}</span>;
  }
  return (
    <Select
      label="Organism"
      variant="quiet"
      value={props.organismId ?? only.id}
      options={props.organisms.map(({ id, name, hint }) => ({ value: id, label: name, hint }))}
      onChange={(id) => props.onOrganismChange?.(id)}
      className="-ml-2 font-medium"
    />
  );
}
