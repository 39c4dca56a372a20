'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';

import { useHref } from '#components/api/use-href.ts';
import { usePreferences } from '#components/theme/preferences-provider.tsx';
import { THEME_CHOICES } from '#components/theme/preferences.ts';
import { useShortcuts, type Shortcuts } from '#components/ui/use-shortcuts.ts';

import { BottomBar } from './bottom-bar.tsx';
import type { ConnectionState } from './connection-pill.tsx';
import { DESTINATIONS } from './destinations.ts';
import { LazyPalette } from './lazy-palette.tsx';
import type { Attention } from './marks.tsx';
import type { PaletteItem } from './palette.tsx';
import { Rail } from './rail.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { ThemeMenu } from './theme-menu.tsx';
import { TopBar, type OrganismChoice } from './top-bar.tsx';
import { ZoneSelect } from './zone-select.tsx';

type ShellProps = {
  connection: ConnectionState;
  onReconnect?: (() => void) | undefined;
  organisms?: readonly OrganismChoice[] | undefined;
  organismId?: string | null | undefined;
  onOrganismChange?: ((id: string) => void) | undefined;
  /** Counts beside the pages that ask to be looked at. */
  attention?: Attention | undefined;
  children: React.ReactNode;
};

const NO_ORGANISMS: readonly OrganismChoice[] = [];
const NO_ATTENTION: Attention = {};

export function Shell(props: ShellProps) {
  const [overlay, setOverlay] = useState<'palette' | 'shortcuts' | null>(null);
  const close = () => setOverlay(null);
  const pageShortcuts = usePageShortcuts();
  const commands = useCommands(() => setOverlay('shortcuts'));
  useShortcuts({
    ...pageShortcuts,
    'mod+k': () => setOverlay((before) => (before === 'palette' ? null : 'palette')),
    '?': () => setOverlay('shortcuts'),
  });
  const attention = props.attention ?? NO_ATTENTION;
  return (
    <div className="flex h-dvh flex-col sm:flex-row">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-ink focus:px-3 focus:py-2 focus:text-on-ink"
      >
        Skip to content
      </a>
      <Rail attention={attention} />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <TopBar
          organisms={props.organisms ?? NO_ORGANISMS}
          organismId={props.organismId ?? null}
          onOrganismChange={props.onOrganismChange}
          connection={props.connection}
          onReconnect={props.onReconnect}
          onSearch={() => setOverlay('palette')}
          onShowShortcuts={() => setOverlay('shortcuts')}
        />
        <main id="content" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
          {props.children}
        </main>
      </div>
      <BottomBar
        attention={attention}
        more={
          <div className="flex items-center justify-between">
            <ZoneSelect className="-ml-2" />
            <ThemeMenu />
          </div>
        }
      />
      <LazyPalette open={overlay === 'palette'} onClose={close} commands={commands} />
      <ShortcutSheet open={overlay === 'shortcuts'} onClose={close} />
    </div>
  );
}

function usePageShortcuts(): Shortcuts {
  const router = useRouter();
  const hrefOf = useHref();
  const { railCollapsed, setRailCollapsed } = usePreferences();
  const goTo = DESTINATIONS.map(
    ({ key, href }) => [`g ${key}`, () => router.push(hrefOf(href))] as const,
  );
  return {
    ...Object.fromEntries(goTo),
    '[': () => setRailCollapsed(!railCollapsed),
    '/': () => document.querySelector<HTMLElement>('[data-page-filter]')?.focus(),
  };
}

function useCommands(showShortcuts: () => void): PaletteItem[] {
  const { setTheme } = usePreferences();
  return [
    ...DESTINATIONS.map(({ id, label, href, key, icon: Icon }) => ({
      id: `page:${id}`,
      label,
      href,
      group: 'Pages',
      hint: `g ${key}`,
      icon: <Icon className="size-4" strokeWidth={1.75} aria-hidden />,
    })),
    ...THEME_CHOICES.map(({ value, label }) => ({
      id: `theme:${value}`,
      label: `Theme: ${label.toLowerCase()}`,
      group: 'Commands',
      onSelect: () => setTheme(value),
    })),
    {
      id: 'command:shortcuts',
      label: 'Keyboard shortcuts',
      group: 'Commands',
      hint: '?',
      onSelect: showShortcuts,
    },
  ];
}
