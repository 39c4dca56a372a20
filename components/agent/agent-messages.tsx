'use client';

import { parseAsStringLiteral, useQueryState } from 'nuqs';

import { boxColumns } from '#components/messages/message-columns.tsx';
import { MessageDrawer } from '#components/messages/message-drawer.tsx';
import { NO_FILTER } from '#components/messages/message-filter.ts';
import type { MessageItem } from '#components/messages/message-item.ts';
import { useMessageStream, type MessageStream } from '#components/messages/use-message-stream.ts';
import { type OpenMessage, useOpenMessage } from '#components/messages/use-open-message.ts';
import { Button } from '#components/ui/button.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SegmentedControl } from '#components/ui/segmented-control.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState } from '#components/ui/surface-states.tsx';
import { DataTable } from '#components/ui/table/data-table.tsx';
import { useMedia } from '#components/ui/use-media.ts';

const BOXES = ['inbox', 'outbox'] as const;
type Box = (typeof BOXES)[number];

/** Too narrow for two tables side by side. */
const SINGLE = '(max-width: 1119.98px)';

/** What the agent hears and says, live on top of history. */
export function AgentMessages({ name }: { name: string }) {
  const [box, setBox] = useQueryState('box', parseAsStringLiteral(BOXES).withDefault('inbox'));
  const isSingle = useMedia(SINGLE);
  const control = useOpenMessage();
  const stream = useMessageStream({ ...NO_FILTER, agent: name });
  const items = stream.items ?? NO_MESSAGES;
  const boxes = {
    inbox: items.filter((message) => message.to === name),
    outbox: items.filter((message) => message.from === name),
  };
  return (
    <>
      {isSingle && (
        <SegmentedControl
          label="Box"
          value={box}
          segments={[
            { value: 'inbox', label: TITLES.inbox },
            { value: 'outbox', label: TITLES.outbox },
          ]}
          onChange={(next) => void setBox(next)}
        />
      )}
      <div className="mt-3 grid min-h-112 gap-4 first:mt-0 min-[1120px]:grid-cols-2">
        {BOXES.filter((each) => !isSingle || each === box).map((each) => (
          <BoxPanel
            key={each}
            box={each}
            stream={stream}
            control={control}
            messages={boxes[each]}
            isPrimary={isSingle || each === 'inbox'}
          />
        ))}
      </div>
      <MessageDrawer control={control} items={items} />
    </>
  );
}

const NO_MESSAGES: readonly MessageItem[] = [];
const TITLES: Record<Box, string> = { inbox: 'Received', outbox: 'Sent' };
const COLUMNS = { inbox: boxColumns('inbox'), outbox: boxColumns('outbox') };
const rowId = (message: MessageItem) => String(message.seq);
const ignoreSort = () => undefined;

function BoxPanel(props: {
  box: Box;
  stream: MessageStream;
  control: OpenMessage;
  messages: readonly MessageItem[];
  isPrimary: boolean;
}) {
  const { box, stream, control, messages } = props;
  return (
    <Panel
      flush
      title={TITLES[box]}
      className="h-112"
      actions={
        stream.hasMore && (
          <Button size="sm" variant="ghost" disabled={stream.isFetching} onClick={stream.loadMore}>
            {stream.isFetching ? 'Loading' : 'Load older'}
          </Button>
        )
      }
    >
      {stream.items === undefined && stream.error === null && <SkeletonRows rows={12} />}
      {stream.items === undefined && stream.error !== null && (
        <FailedState
          isCompact
          what="Stored messages could not be loaded"
          why={stream.error.detail}
          onRetry={stream.retry}
        />
      )}
      {stream.items !== undefined && (
        <DataTable
          label={`${TITLES[box]} messages`}
          isPrimary={props.isPrimary}
          fill
          isPresorted
          rows={messages}
          columns={COLUMNS[box]}
          getRowId={rowId}
          viewKey={box}
          sort={null}
          onSortChange={ignoreSort}
          onOpenRow={control.open}
          openRowId={control.seq === null ? null : String(control.seq)}
          onNearEnd={stream.loadMore}
          empty={
            <EmptyState
              isCompact
              title={box === 'inbox' ? 'Nothing received yet' : 'Nothing sent yet'}
            >
              <p>Messages appear here as they are recorded.</p>
            </EmptyState>
          }
        />
      )}
    </Panel>
  );
}
