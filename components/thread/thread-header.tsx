'use client';

import { useHref } from '#components/api/use-href.ts';
import { PageHeader } from '#components/shell/page-header.tsx';
import type { ThreadItem } from '#components/threads/thread-row.ts';
import { CopyLinkButton } from '#components/ui/copy.tsx';
import { Cost } from '#components/ui/cost.tsx';
import { Num } from '#components/ui/figures.tsx';
import { Id } from '#components/ui/id.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import { TimeAgo } from '#components/ui/time.tsx';

import { KillThread } from './kill-thread.tsx';

const ENDED = new Set(['completed', 'killed']);

export function ThreadHeader({ thread }: { thread: ThreadItem }) {
  const hrefOf = useHref();
  const path = `/threads/${encodeURIComponent(thread.id)}`;
  return (
    <PageHeader
      title={
        <span className="flex items-center gap-3">
          <Id id={thread.id} what="thread id" />
          <StateMark state={thread.status} className="text-base font-normal tracking-normal" />
        </span>
      }
      sub={
        <span className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
          <span>
            <Num value={thread.messageCount} unit="messages" /> messages
          </span>
          <span>
            <Num value={thread.costNanos === null ? null : thread.tokens} unit="tokens" /> tokens
          </span>
          <span>
            Cost <Cost costNanos={thread.costNanos} unpricedRequests={thread.unpricedRequests} />
          </span>
          <span>
            Created <TimeAgo instant={thread.createdAt} />
          </span>
          <span>
            Last activity <TimeAgo instant={thread.lastActivity} />
          </span>
        </span>
      }
      actions={
        <>
          <CopyLinkButton href={() => hrefOf(path)} label="Copy link to this thread" />
          {!ENDED.has(thread.status) && <KillThread threadId={thread.id} />}
        </>
      }
    />
  );
}
