'use client';

import { useState } from 'react';

import { formatExact } from '#components/format/number.ts';
import { Button } from '#components/ui/button.tsx';
import type { SeriesColour } from '#components/ui/series-colour.ts';
import { useRowKeys } from '#components/ui/table/use-row-keys.ts';

import {
  countNewerRows,
  findRowIndex,
  messageRef,
  newestSeqOf,
  type TimelineRow as Row,
} from './prepare-timeline.ts';
import { TimelineRow } from './timeline-row.tsx';
import { AT_END_PX, type TimelineWindow, useTimelineWindow } from './use-timeline-window.ts';

/** Distance to an end at which the next page is asked for, in pixels. */
const LOAD_AHEAD_PX = 800;

type TimelineProps = {
  rows: readonly Row[];
  start: 'start' | 'end';
  openRef: string | null;
  onOpen: (reference: string) => void;
  colourOf: (threadId: string) => SeriesColour | null;
  onNearStart: () => void;
  onNearEnd: () => void;
  /** The rows reach the present. */
  isComplete: boolean;
  onLatest: () => void;
  onAtEndChange: (isAtEnd: boolean) => void;
};

/** Messages in the order they were said; tens of thousands scroll like ten. */
export function Timeline(props: TimelineProps) {
  const { rows, openRef } = props;
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const end = useEndOfTimeline(props);
  const openIndex = openRef === null ? -1 : findRowIndex(rows, openRef);
  const visible = useTimelineWindow({
    keys: rows.map((row) => row.key),
    scroller,
    start: props.start,
    isFollowing: props.isComplete,
    show: openRef === null || openIndex === -1 ? null : { key: openRef, index: openIndex },
  });
  const keys = useRowKeys({
    scroller,
    rows,
    isPrimary: true,
    onOpen: (row) => props.onOpen(messageRef(row.message)),
  });
  const showLatest = () => {
    if (props.isComplete) visible.scrollToEnd();
    else props.onLatest();
  };
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={setScroller}
        role="presentation"
        onScroll={(event) => end.follow(event.currentTarget)}
        onKeyDown={keys.onKeyDown}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain"
      >
        <TimelineRows
          {...props}
          visible={visible}
          openIndex={openIndex}
          activeIndex={keys.activeIndex}
        />
      </div>
      {!end.isAtEnd && (
        <Button
          variant={end.newCount > 0 ? 'primary' : 'default'}
          size="sm"
          className="absolute bottom-3 left-1/2 -translate-x-1/2"
          onClick={showLatest}
        >
          {end.newCount > 0 ? `${formatExact(end.newCount)} new` : 'Latest'}
        </Button>
      )}
    </div>
  );
}

function TimelineRows(
  props: TimelineProps & { visible: TimelineWindow; openIndex: number; activeIndex: number },
) {
  const { rows, visible } = props;
  const tabStop = visible.indexes.includes(props.activeIndex)
    ? props.activeIndex
    : visible.indexes[0];
  return (
    <>
      <div style={{ height: visible.before }} />
      <ol aria-label="Messages, oldest first">
        {visible.indexes.map((index) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <TimelineRow
              key={row.key}
              row={row}
              index={index}
              measure={visible.measure}
              isTabStop={index === tabStop}
              isOpen={index === props.openIndex}
              threadColour={props.colourOf(row.message.threadId)}
              onOpen={() => props.onOpen(messageRef(row.message))}
            />
          );
        })}
      </ol>
      <div style={{ height: visible.after }} />
    </>
  );
}

/** Whether the reader is at the end, and how much came since they left it. */
function useEndOfTimeline(props: TimelineProps) {
  const { rows } = props;
  const [isAtEnd, setIsAtEnd] = useState(props.start === 'end' && props.isComplete);
  const [seenSeq, setSeenSeq] = useState<number | null>(null);
  const move = (next: boolean) => {
    if (next === isAtEnd) return;
    setIsAtEnd(next);
    setSeenSeq(next ? null : newestSeqOf(rows));
    props.onAtEndChange(next);
  };
  return {
    isAtEnd,
    newCount: props.isComplete ? countNewerRows(rows, seenSeq) : 0,
    follow({ scrollHeight, scrollTop, clientHeight }: HTMLElement) {
      const left = scrollHeight - scrollTop - clientHeight;
      move(props.isComplete && left <= AT_END_PX);
      if (scrollTop < LOAD_AHEAD_PX) props.onNearStart();
      if (left < LOAD_AHEAD_PX) props.onNearEnd();
    },
  };
}
