'use client';

import { FileQuestion } from 'lucide-react';

import { useHref } from '#components/api/use-href.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { ButtonLink } from '#components/ui/button.tsx';
import { Id } from '#components/ui/id.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

/** A link may outlive what it points at. */
export function ThreadGone({ threadId }: { threadId: string }) {
  const hrefOf = useHref();
  return (
    <Page>
      <PageHeader title="Unknown thread" sub={<Id id={threadId} what="thread id" />} />
      <EmptyState
        title="No thread with this id is known"
        icon={<FileQuestion className="size-5" strokeWidth={1.5} aria-hidden />}
        actions={
          <>
            <ButtonLink href={hrefOf('/threads')}>All threads</ButtonLink>
            <ButtonLink href={hrefOf(`/threads?q=${encodeURIComponent(threadId)}`)} variant="ghost">
              Search for this id
            </ButtonLink>
          </>
        }
      >
        <p>
          It may belong to another organism, the store may have been replaced since the link was
          made, or it has not been reported yet. If it appears, this page shows it.
        </p>
      </EmptyState>
    </Page>
  );
}
