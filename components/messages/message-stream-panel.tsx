'use client';

import { Pause, Play } from 'lucide-react';
import { useState } from 'react';

import { formatCompact } from '#components/format/number.ts';
import { useConnection } from '#components/live/use-live.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { Button } from '#components/ui/button.tsx';
import { Num } from '#components/ui/figures.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState, FilteredEmptyState } from '#components/ui/surface-states.tsx';
import { DataTable } from '#components/ui/table/data-table.tsx';
import { useShortcuts } from '#components/ui/use-shortcuts.ts';

import { STREAM_COLUMNS } from './message-columns.tsx';
import { MessageDrawer } from './message-drawer.tsx';
import { filterKey, isFiltering, type MessageFilter } from './message-filter.ts';
import type { MessageItem } from './message-item.ts';
import { type MessageStream, useMessageStream } from './use-message-stream.ts';
import { useOpenMessage } from './use-open-message.ts';

/** The stream of one filter: give it a `key` that names the filter. */
export function MessageStreamPanel(props: { filter: MessageFilter; onClear: () => void }) {
  const { filter } = props;
  const stream = useMessageStream(filter);
  const pause = usePause(stream.items ?? NO_MESSAGES);
  const openMessage = useOpenMessage();
  const isLive = useConnection().status.kind === 'live';
  useShortcuts({ ' ': pause.toggle });
  return (
    <Panel
      flush
      className="flex-1"
      title={pause.isPaused ? 'Paused' : isLive ? 'Live' : 'Not live'}
      sub={<Count filter={filter} stream={stream} shown={pause.shown.length} />}
      actions={<PauseButton {...pause} />}
    >
      {stream.items === undefined && stream.error === null && <SkeletonRows rows={16} />}
      {stream.error !== null && (
        <FailedState
          isCompact
          what="Stored messages could not be loaded"
          why={stream.error.detail}
          next="New ones go on being recorded."
          onRetry={stream.retry}
        />
      )}
      {stream.items !== undefined && (
        <DataTable
          label="Messages"
          isPrimary
          fill
          isPresorted
          rows={pause.shown}
          columns={STREAM_COLUMNS}
          getRowId={rowId}
          viewKey={filterKey(filter)}
          sort={null}
          onSortChange={ignoreSort}
          onOpenRow={openMessage.open}
          openRowId={openMessage.seq === null ? null : String(openMessage.seq)}
          pendingCount={pause.newCount}
          onShowPending={pause.resume}
          onNearEnd={stream.loadMore}
          empty={<NoMessages filter={filter} onClear={props.onClear} />}
        />
      )}
      <MessageDrawer control={openMessage} items={pause.shown} />
    </Panel>
  );
}

const NO_MESSAGES: readonly MessageItem[] = [];
const rowId = (message: MessageItem) => String(message.seq);
const ignoreSort = () => undefined;

interface PauseControl {
  readonly shown: readonly MessageItem[];
  readonly isPaused: boolean;
  readonly newCount: number;
  readonly toggle: () => void;
  readonly resume: () => void;
}

/** Holds back what arrives; the past can still be read on below. */
function usePause(items: readonly MessageItem[]): PauseControl {
  const [pausedSeq, setPausedSeq] = useState<number | null>(null);
  const shown = pausedSeq === null ? items : items.filter(({ seq }) => seq <= pausedSeq);
  const resume = () => setPausedSeq(null);
  const pause = () => setPausedSeq(items.reduce((max, { seq }) => Math.max(max, seq), 0));
  return {
    shown,
    isPaused: pausedSeq !== null,
    newCount: items.length - shown.length,
    toggle: pausedSeq === null ? pause : resume,
    resume,
  };
}

function PauseButton({ isPaused, newCount, toggle }: PauseControl) {
  const Icon = isPaused ? Play : Pause;
  return (
    <Button size="sm" onClick={toggle} aria-keyshortcuts="Space" data-tip="Space">
      <Icon className="size-3" aria-hidden />
      {isPaused ? `Resume${newCount > 0 ? `, ${formatCompact(newCount)} new` : ''}` : 'Pause'}
    </Button>
  );
}

function Count(props: { filter: MessageFilter; stream: MessageStream; shown: number }) {
  const total = usePacedLive((organism) => organism.counts.messages);
  if (isFiltering(props.filter)) {
    const more = props.stream.hasMore ? ' so far, more below' : '';
    return `${formatCompact(props.shown)} match${more}`;
  }
  return (
    <>
      <Num value={total} unit="messages" /> recorded
    </>
  );
}

function NoMessages(props: { filter: MessageFilter; onClear: () => void }) {
  if (isFiltering(props.filter)) {
    return <FilteredEmptyState what="messages" onClear={props.onClear} />;
  }
  return (
    <EmptyState title="No messages yet">
      <p>Each message between agents and tools appears here as it is recorded.</p>
    </EmptyState>
  );
}
