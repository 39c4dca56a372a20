'use client';

import { clsx } from 'clsx';
import { ArrowRight } from 'lucide-react';

import { endName } from '#components/messages/message-ends.tsx';
import { PayloadLine } from '#components/payload/payload-line.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { shortenId } from '#components/ui/id.tsx';
import type { SeriesColour } from '#components/ui/series-colour.ts';
import { Instant } from '#components/ui/time.tsx';

import type { TimelineRow as Row } from './prepare-timeline.ts';

/** As much as the widest screen shows on a line. */
const SUMMARY_CHARS = 240;

/** One message as a line: when, from whom to whom, what kind, and the start of what was said. */
export function TimelineRow({
  row,
  index,
  measure,
  ...props
}: {
  row: Row;
  index: number;
  measure: (element: Element | null) => void;
  isTabStop: boolean;
  isOpen: boolean;
  /** Tells the threads of a conversation apart; null where there is only one. */
  threadColour: SeriesColour | null;
  onOpen: () => void;
}) {
  const { message, repeats } = row;
  return (
    <li className="contents">
      <button
        type="button"
        ref={measure}
        data-index={index}
        tabIndex={props.isTabStop ? 0 : -1}
        aria-current={props.isOpen ? 'true' : undefined}
        onClick={props.onOpen}
        className="relative flex w-full flex-wrap items-baseline gap-x-3 border-b border-line px-3 py-1.5 text-left text-table hover:bg-wash focus-visible:-outline-offset-2 aria-current:bg-accent-wash sm:flex-nowrap"
      >
        {props.threadColour !== null && (
          <span
            data-tip={`Thread ${shortenId(message.threadId)}`}
            className={clsx('absolute inset-y-0 left-0 w-1', props.threadColour.swatch)}
          />
        )}
        <Instant instant={message.occurredAt} className="shrink-0 text-ink-3" />
        <span className="flex min-w-0 shrink-0 items-baseline gap-1 sm:w-56">
          <EndName name={message.from} />
          <ArrowRight className="size-3 shrink-0 self-center text-ink-3" aria-label="to" />
          <EndName name={message.to} />
        </span>
        <span className="truncate text-ink-2 sm:w-36 sm:shrink-0">{message.payloadType}</span>
        <span className="line-clamp-2 w-full min-w-0 text-ink-2 sm:line-clamp-none sm:block sm:w-auto sm:flex-1 sm:truncate">
          <PayloadLine payload={message.payload} maxChars={SUMMARY_CHARS} />
        </span>
        {repeats > 1 && (
          <span className="absolute top-1.5 right-3 bg-panel sm:static">
            <Badge tip="Recorded when sent and again when received, with the same payload">
              {`×${repeats}`}
            </Badge>
          </span>
        )}
      </button>
    </li>
  );
}

function EndName({ name }: { name: string }) {
  return (
    <span className={clsx('truncate', name === '' ? 'text-ink-3' : 'font-medium')}>
      {endName(name)}
    </span>
  );
}
