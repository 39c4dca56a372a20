'use client';

import { clsx } from 'clsx';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';

import { useHref } from '#components/api/use-href.ts';
import { useLive } from '#components/live/use-live.ts';
import { usePreferences } from '#components/theme/preferences-provider.tsx';
import { IconButton } from '#components/ui/button.tsx';
import { worksInRuns } from '#organism/instance-card.ts';

import { DESTINATION_GROUPS, isCurrent, isOffered, type Destination } from './destinations.ts';
import { Marks, type Attention } from './marks.tsx';

export function Rail({ attention }: { attention: Attention }) {
  const pathname = usePathname();
  const hrefOf = useHref();
  const { railCollapsed, setRailCollapsed } = usePreferences();
  const hasRuns = useLive((organism) => worksInRuns(organism.config));
  const isShown = (destination: Destination) => isOffered(destination, { hasRuns });
  const Toggle = railCollapsed ? PanelLeftOpen : PanelLeftClose;
  return (
    <nav
      aria-label="Pages"
      data-collapsed={railCollapsed}
      className="hidden min-h-0 w-44 flex-col border-r border-line bg-canvas transition-[width] duration-150 data-[collapsed=true]:w-13 sm:flex"
    >
      <Link
        href={hrefOf('/')}
        className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line px-4 font-semibold tracking-tight"
      >
        <Emblem />
        {!railCollapsed && <span>Organoscope</span>}
      </Link>
      <div className="min-h-0 flex-1 overflow-y-auto px-2">
        {DESTINATION_GROUPS.map((group) => (
          <ul
            key={group[0]?.id}
            className="flex flex-col gap-px border-line py-2.5 not-first:border-t"
          >
            {group.filter(isShown).map((destination) => (
              <RailItem
                key={destination.id}
                destination={destination}
                href={hrefOf(destination.href)}
                isCurrent={isCurrent(destination.href, pathname)}
                isCollapsed={railCollapsed}
                count={attention[destination.id]}
              />
            ))}
          </ul>
        ))}
      </div>
      <div className="p-2">
        <IconButton
          label={railCollapsed ? 'Widen the rail' : 'Narrow the rail'}
          shortcut="["
          className="w-9"
          onClick={() => setRailCollapsed(!railCollapsed)}
        >
          <Toggle className="size-4" aria-hidden />
        </IconButton>
      </div>
    </nav>
  );
}

function RailItem(props: {
  destination: Destination;
  href: string;
  isCurrent: boolean;
  isCollapsed: boolean;
  count: number | undefined;
}) {
  const { label, icon: Icon, key } = props.destination;
  return (
    <li>
      <Link
        href={props.href}
        aria-current={props.isCurrent ? 'page' : undefined}
        aria-label={props.isCollapsed ? label : undefined}
        data-tip={props.isCollapsed ? `${label}  g ${key}` : undefined}
        className={clsx(
          'touch-target relative flex h-7 items-center gap-2.5 rounded-md px-2.5 transition-colors',
          props.isCurrent
            ? 'bg-press font-medium text-ink'
            : 'text-ink-2 hover:bg-wash hover:text-ink',
        )}
      >
        <Icon
          className={clsx('size-4 shrink-0', props.isCurrent && 'text-accent')}
          strokeWidth={1.75}
          aria-hidden
        />
        {!props.isCollapsed && <span className="flex-1 truncate">{label}</span>}
        <Marks count={props.count} isCollapsed={props.isCollapsed} />
      </Link>
    </li>
  );
}

/** A lens over a cell: one ring, one dot. */
function Emblem() {
  return (
    <svg viewBox="0 0 20 20" className="size-5 shrink-0" aria-hidden>
      <circle cx="10" cy="10" r="8.25" className="fill-none stroke-ink" strokeWidth="1.5" />
      <path
        d="M10 4.5a5.5 5.5 0 0 1 5.5 5.5"
        className="fill-none stroke-accent"
        strokeWidth="1.5"
      />
      <circle cx="10" cy="10" r="2.25" className="fill-ink" />
    </svg>
  );
}
