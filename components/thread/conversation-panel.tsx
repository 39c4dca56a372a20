'use client';

import { clsx } from 'clsx';
import Link from 'next/link';

import { MAX_LINKED_THREADS } from '#components/api/use-conversation.ts';
import { useHref } from '#components/api/use-href.ts';
import { formatExact } from '#components/format/number.ts';
import { Badge } from '#components/ui/badge.tsx';
import { shortenId } from '#components/ui/id.tsx';
import { Panel } from '#components/ui/panel.tsx';
import {
  assignSeriesColours,
  REST_COLOUR,
  type SeriesColour,
} from '#components/ui/series-colour.ts';
import type { Conversation, HopLink } from '#organism/link-hops.ts';

import { withLinked } from './prepare-timeline.ts';

const WHY: Record<HopLink['why'], string> = {
  declared: 'The source names its parent.',
  answered: 'What was asked here was answered in its parent.',
  reply: 'It goes back to the one who asked in its parent.',
  'handed-on': 'Its first speaker had just been addressed in its parent.',
};

/** The threads one conversation was split into, as a tree, and what says that they belong together. */
export function ConversationPanel(props: {
  threadId: string;
  conversation: Conversation;
  lookedAt: number;
  className?: string | undefined;
}) {
  const { threadIds, links, rootId } = props.conversation;
  const colours = assignSeriesColours(withLinked(props.threadId, threadIds, MAX_LINKED_THREADS));
  const linkOf = new Map(links.map((link) => [link.threadId, link]));
  const shown = threadIds.slice(0, MAX_LINKED_THREADS);
  return (
    <Panel
      title="Conversation"
      sub={`${formatExact(threadIds.length)} threads`}
      className={props.className}
    >
      <ol className="flex flex-col">
        {shown.map((id) => (
          <LinkedThread
            key={id}
            id={id}
            isThis={id === props.threadId}
            isFirst={id === rootId}
            link={linkOf.get(id)}
            depth={depthOf(id, linkOf)}
            colour={colours.get(id) ?? REST_COLOUR}
          />
        ))}
      </ol>
      <p className="pt-1 text-table text-ink-3">
        {threadIds.length > shown.length &&
          `First ${shown.length} of ${threadIds.length} threads. `}
        {`Links follow from ${formatExact(props.lookedAt)} messages around the first of this thread.`}
      </p>
    </Panel>
  );
}

function LinkedThread(props: {
  id: string;
  isThis: boolean;
  isFirst: boolean;
  link: HopLink | undefined;
  depth: number;
  colour: SeriesColour;
}) {
  const { id, isThis, link } = props;
  const hrefOf = useHref();
  return (
    <li
      className="flex min-h-6 items-center gap-2 text-table"
      style={{ paddingLeft: props.depth * 12 }}
    >
      <span aria-hidden className={clsx('h-4 w-1 shrink-0', props.colour.swatch)} />
      {isThis ? (
        <span className="mono font-medium whitespace-nowrap">{shortenId(id)}</span>
      ) : (
        <Link
          href={hrefOf(`/threads/${encodeURIComponent(id)}`)}
          className="mono touch-halo whitespace-nowrap text-accent hover:underline"
          data-tip={id}
        >
          {shortenId(id)}
        </Link>
      )}
      {isThis && <Badge>this thread</Badge>}
      {props.isFirst && !isThis && <Badge>first</Badge>}
      {link !== undefined && (
        <span className="truncate text-ink-3" data-tip={WHY[link.why]}>
          {link.why}
          {!link.isCertain && ', may belong elsewhere'}
        </span>
      )}
    </li>
  );
}

const MAX_DEPTH = 6; // deeper indents would leave no room for the id

function depthOf(id: string, links: ReadonlyMap<string, HopLink>): number {
  let depth = 0;
  for (let link = links.get(id); link !== undefined && depth < MAX_DEPTH; depth += 1) {
    link = links.get(link.parentId);
  }
  return depth;
}
