'use client';

import { useHref } from '#components/api/use-href.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { FEED_COLUMNS } from '#components/messages/message-columns.tsx';
import { MessageDrawer } from '#components/messages/message-drawer.tsx';
import { compareNewest, fromEvent, type MessageItem } from '#components/messages/message-item.ts';
import { useOpenMessage } from '#components/messages/use-open-message.ts';
import { ButtonLink } from '#components/ui/button.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';
import { DataTable } from '#components/ui/table/data-table.tsx';
import { NARROW, useMedia } from '#components/ui/use-media.ts';
import type { EventOf } from '#organism/event.ts';

const MAX_ROWS = 50;
const MAX_NARROW_ROWS = 8; // cards are tall, and more follow below

/** The newest messages; they stand still while the pointer is on them. */
export function FeedPanel({ className }: { className?: string | undefined }) {
  const hrefOf = useHref();
  const isNarrow = useMedia(NARROW);
  const recent = usePacedLive((organism) => organism.recentMessages);
  const control = useOpenMessage();
  const items = newestFirst(recent, isNarrow ? MAX_NARROW_ROWS : MAX_ROWS);
  return (
    <Panel
      flush
      className={className}
      title="Live messages"
      actions={
        <ButtonLink size="sm" variant="ghost" href={hrefOf('/messages')}>
          All messages
        </ButtonLink>
      }
    >
      <DataTable
        label="Live messages"
        isPrimary
        fill
        isPresorted
        rows={items}
        columns={FEED_COLUMNS}
        getRowId={rowId}
        viewKey="live"
        sort={null}
        onSortChange={ignoreSort}
        onOpenRow={control.open}
        openRowId={control.seq === null ? null : String(control.seq)}
        empty={
          <EmptyState isCompact title="No messages yet">
            <p>Each message between agents and tools appears here as it is recorded.</p>
          </EmptyState>
        }
      />
      <MessageDrawer control={control} items={items} />
    </Panel>
  );
}

const rowId = (message: MessageItem) => String(message.seq);
const ignoreSort = () => undefined;

function newestFirst(recent: readonly EventOf<'message'>[], limit: number): MessageItem[] {
  return recent.map(fromEvent).sort(compareNewest).slice(0, limit);
}
