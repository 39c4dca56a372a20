'use client';

import { Check, CircleSlash, Info, TriangleAlert, Unplug } from 'lucide-react';
import Link from 'next/link';

import { useHref } from '#components/api/use-href.ts';
import { useServerNow } from '#components/live/use-live.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { usePausedFeed } from '#components/live/use-paused-feed.ts';
import { ButtonLink } from '#components/ui/button.tsx';
import { NewCount } from '#components/ui/new-count.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { TimeAgo } from '#components/ui/time.tsx';
import type { EventOf } from '#organism/event.ts';

import { errorTrouble, standingTroubles, type Trouble } from './prepare-trouble.ts';

const MAX_ERRORS = 20; // the errors page has them all

/** Is anything wrong: sources and gaps first, then the latest errors. */
export function TroublePanel({ className }: { className?: string | undefined }) {
  const hrefOf = useHref();
  const now = useServerNow();
  const standing = usePacedLive(({ sources, gaps }) => ({ sources, gaps }));
  const recent = usePacedLive((organism) => organism.recentErrors);
  const feed = usePausedFeed(recent, positionOf);
  const errors = feed.items.slice(-MAX_ERRORS).toReversed().map(errorTrouble);
  const troubles = [...(now === null ? [] : standingTroubles(standing, now)), ...errors];
  return (
    <Panel
      flush
      className={className}
      title="Needs a look"
      actions={
        <>
          <NewCount count={feed.newCount} isAtLeast={feed.isNewCountAtLeast} onShow={feed.resume} />
          <ButtonLink size="sm" variant="ghost" href={hrefOf('/errors')}>
            All errors
          </ButtonLink>
        </>
      }
    >
      {troubles.length === 0 ? (
        <p className="flex items-center gap-2 p-3 text-ink-2">
          <Check className="size-4 text-completed" aria-hidden />
          No errors, no gaps, every source answers.
        </p>
      ) : (
        <ul {...feed.holdProps} className="min-h-0 flex-1 overflow-y-auto">
          {troubles.map((trouble) => (
            <TroubleRow key={trouble.key} trouble={trouble} href={hrefOf(trouble.href)} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

const positionOf = (error: EventOf<'error'>) => error.seq;

const ICONS = {
  source: { icon: Unplug, colour: 'text-error' },
  notice: { icon: Info, colour: 'text-waiting' },
  gap: { icon: CircleSlash, colour: 'text-waiting' },
  error: { icon: TriangleAlert, colour: 'text-error' },
} as const;

function TroubleRow({ trouble, href }: { trouble: Trouble; href: string }) {
  const { icon: Icon, colour } = ICONS[trouble.kind];
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        href={href}
        prefetch={false}
        className="flex gap-2.5 px-3 py-1.5 hover:bg-wash focus-visible:-outline-offset-2"
      >
        <Icon className={`mt-1 size-3 shrink-0 ${colour}`} aria-hidden />
        <span className="min-w-0 flex-1 text-table">
          <span className="flex items-baseline gap-2">
            <span className="truncate font-medium">{trouble.subject}</span>
            {trouble.at !== null && (
              <TimeAgo instant={trouble.at} className="ml-auto shrink-0 text-ink-3" />
            )}
          </span>
          <span className="line-clamp-2 text-ink-2" data-tip={trouble.text}>
            {trouble.text}
          </span>
        </span>
      </Link>
    </li>
  );
}
