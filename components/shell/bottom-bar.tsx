'use client';

import { clsx } from 'clsx';
import { Ellipsis } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useState } from 'react';

import { useHref } from '#components/api/use-href.ts';
import { useLive } from '#components/live/use-live.ts';
import { Drawer } from '#components/ui/dialog.tsx';
import { worksInRuns } from '#organism/instance-card.ts';

import { DESTINATIONS, isCurrent, isOffered, type Destination } from './destinations.ts';
import { Marks, type Attention } from './marks.tsx';

const ITEM = 'relative flex h-14 flex-1 flex-col items-center justify-center gap-1 text-micro';

/** The rail of a narrow screen: four places under the thumb, the rest one tap away. */
export function BottomBar({ attention, more }: { attention: Attention; more: React.ReactNode }) {
  const pathname = usePathname();
  const hrefOf = useHref();
  const [isOpen, setIsOpen] = useState(false);
  const hasRuns = useLive((organism) => worksInRuns(organism.config));
  const rest = DESTINATIONS.filter(
    (destination) => !destination.isMain && isOffered(destination, { hasRuns }),
  );
  const isRestCurrent = rest.some((destination) => isCurrent(destination.href, pathname));
  const restCount = rest.reduce((sum, { id }) => sum + (attention[id] ?? 0), 0);
  return (
    <nav
      aria-label="Pages"
      className="flex border-t border-line bg-panel pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      {DESTINATIONS.filter((destination) => destination.isMain).map((destination) => (
        <BarLink
          key={destination.id}
          destination={destination}
          href={hrefOf(destination.href)}
          isCurrent={isCurrent(destination.href, pathname)}
          count={attention[destination.id]}
        />
      ))}
      <button
        type="button"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(true)}
        className={clsx(ITEM, isRestCurrent ? 'font-medium text-ink' : 'text-ink-3')}
      >
        <Ellipsis className={clsx('size-5', isRestCurrent && 'text-accent')} aria-hidden />
        More
        <span className="absolute top-0.5 left-1/2 ml-1.5">
          <Marks count={restCount} isCollapsed={false} />
        </span>
      </button>
      <Drawer open={isOpen} onClose={() => setIsOpen(false)} title="More" side="bottom">
        <ul className="mb-2 border-t border-line">
          {rest.map((destination) => (
            <li key={destination.id} className="border-b border-line">
              <Link
                href={hrefOf(destination.href)}
                onClick={() => setIsOpen(false)}
                className="flex h-12 items-center gap-3"
              >
                <destination.icon className="size-4 text-ink-3" strokeWidth={1.75} aria-hidden />
                <span className="flex-1">{destination.label}</span>
                <Marks count={attention[destination.id]} isCollapsed={false} />
              </Link>
            </li>
          ))}
        </ul>
        {more}
      </Drawer>
    </nav>
  );
}

function BarLink(props: {
  destination: Destination;
  href: string;
  isCurrent: boolean;
  count: number | undefined;
}) {
  const { icon: Icon, label } = props.destination;
  return (
    <Link
      href={props.href}
      aria-current={props.isCurrent ? 'page' : undefined}
      className={clsx(ITEM, props.isCurrent ? 'font-medium text-ink' : 'text-ink-3')}
    >
      <Icon
        className={clsx('size-5', props.isCurrent && 'text-accent')}
        strokeWidth={1.75}
        aria-hidden
      />
      {label}
      <span className="absolute top-0.5 left-1/2 ml-1.5">
        <Marks count={props.count} isCollapsed={false} />
      </span>
    </Link>
  );
}
