'use client';

import Link from 'next/link';

import { MAX_LINKED_THREADS } from '#components/api/use-conversation.ts';
import { useHref } from '#components/api/use-href.ts';
import { formatExact } from '#components/format/number.ts';
import { Badge } from '#components/ui/badge.tsx';
import { shortenId } from '#components/ui/id.tsx';
import { Panel } from '#components/ui/panel.tsx';
import type { Conversation, HopLink } from '#organism/link-hops.ts';

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
  const hrefOf = useHref();
  const linkOf = new Map(links.map((link) => [link.threadId, link]));
  const shown = threadIds.slice(0, MAX_LINKED_THREADS);
  return (
    <Panel
      title="Conversation"
      sub={`${formatExact(threadIds.length)} threads, linked by ${formatExact(props.lookedAt)} messages`}
      className={props.className}
    >
      <ol className="flex flex-col">
        {shown.map((id) => {
          const link = linkOf.get(id);
          return (
            <li
              key={id}
              className="flex min-h-6 items-center gap-2 text-table"
              style={{ paddingLeft: depthOf(id, linkOf) * 12 }}
            >
              {id === props.threadId ? (
                <span className="mono font-medium">{shortenId(id)}</span>
              ) : (
                <Link
                  href={hrefOf(`/threads/${encodeURIComponent(id)}`)}
                  className="mono text-accent hover:underline"
                  data-tip={id}
                >
                  {shortenId(id)}
                </Link>
              )}
              {id === props.threadId && <Badge>this thread</Badge>}
              {id === rootId && id !== props.threadId && <Badge>first</Badge>}
              {link !== undefined && (
                <span className="truncate text-ink-3" data-tip={WHY[link.why]}>
                  {link.why}
                  {!link.isCertain && ', may belong elsewhere'}
                </span>
              )}
            </li>
          );
        })}
      </ol>
      {threadIds.length > shown.length && (
        <p className="pt-1 text-table text-ink-3">
          {`First ${shown.length} of ${threadIds.length} threads`}
        </p>
      )}
    </Panel>
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
