'use client';

import { useState } from 'react';

import { MAX_LINKED_THREADS } from '#components/api/use-conversation.ts';
import { type Timeline as Pages, useTimeline } from '#components/api/use-timeline.ts';
import { formatExact } from '#components/format/number.ts';
import { useAmendments, usePacedLive } from '#components/live/use-paced-live.ts';
import { Button } from '#components/ui/button.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { assignSeriesColours, type SeriesColour } from '#components/ui/series-colour.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState } from '#components/ui/surface-states.tsx';
import { Switch } from '#components/ui/switch.tsx';
import { NARROW, useMedia } from '#components/ui/use-media.ts';
import type { EventOf } from '#organism/event.ts';
import type { Conversation } from '#organism/link-hops.ts';
import type { OrganismState } from '#organism/state.ts';

import { MessageDrawer } from './message-drawer.tsx';
import { prepareTimeline, withLinked } from './prepare-timeline.ts';
import { Timeline } from './timeline.tsx';
import type { ThreadParams } from './use-thread-params.ts';

/** The thread's messages, or those of the whole conversation it is a hop of. */
export function TimelinePanel(props: {
  threadId: string;
  conversation: Conversation | undefined;
  params: ThreadParams;
  className?: string | undefined;
}) {
  const { params } = props;
  const linked = props.conversation?.threadIds ?? [props.threadId];
  const timeline = useThreadTimeline(props.threadId, linked, params);
  const { pages, rows } = timeline;
  const isNarrow = useMedia(NARROW);
  const switches = <TimelineSwitches params={params} linkedCount={linked.length} />;
  return (
    <Panel
      flush
      title="Messages"
      sub={pages.total === undefined ? undefined : `${formatExact(pages.total)} recorded`}
      actions={isNarrow ? undefined : switches}
      className={props.className}
    >
      {isNarrow && <div className="border-b border-line px-3 py-1">{switches}</div>}
      <TimelineStates pages={pages} isEmpty={rows.length === 0}>
        <Timeline
          // Another place or another set of messages is another reading.
          key={`${params.anchor} ${params.isLinking} ${params.isFolding}`}
          rows={rows}
          start={params.anchor === 'start' ? 'start' : 'end'}
          openRef={params.message}
          onOpen={params.openMessage}
          colourOf={timeline.colourOf}
          onNearStart={pages.loadOlder}
          onNearEnd={pages.loadNewer}
          isComplete={!pages.hasNewer}
          onLatest={() => params.setAnchor('end')}
          onAtEndChange={timeline.setIsAtEnd}
        />
        <TimelineFoot pages={pages} shown={rows.length} params={params} />
      </TimelineStates>
      <MessageDrawer
        reference={params.message}
        rows={rows}
        threadId={props.threadId}
        onOpen={params.openMessage}
        onShowInTimeline={params.setAnchor}
      />
    </Panel>
  );
}

function useThreadTimeline(threadId: string, linked: readonly string[], params: ThreadParams) {
  const [isAtEnd, setIsAtEnd] = useState(params.anchor === 'end');
  const wanted = params.isLinking ? withLinked(threadId, linked, MAX_LINKED_THREADS) : [threadId];
  const threads = useHeldThreads(wanted, isAtEnd);
  const live = useLiveMessages(threads);
  const newestSeq = live.at(-1)?.seq ?? 0;
  const pages = useTimeline({ threads, anchor: params.anchor, newestSeq });
  const rows = prepareTimeline({
    stored: pages.rows ?? [],
    live: pages.hasNewer || pages.rows === undefined ? [] : live,
    amendments: useAmendments(),
    isFolding: params.isFolding,
  });
  const colours = assignSeriesColours(threads);
  const colourOf = (id: string): SeriesColour | null =>
    threads.length > 1 ? (colours.get(id) ?? null) : null;
  return { pages, rows, colourOf, setIsAtEnd };
}

function TimelineSwitches(props: { params: ThreadParams; linkedCount: number }) {
  const { params, linkedCount } = props;
  return (
    <div className="flex flex-wrap items-center gap-x-4">
      {linkedCount > 1 && (
        <Switch
          label={`Conversation of ${formatExact(linkedCount)} threads`}
          checked={params.isLinking}
          onChange={params.setLinking}
        />
      )}
      <Switch label="Fold repeats" checked={params.isFolding} onChange={params.setFolding} />
    </div>
  );
}

function TimelineStates(props: { pages: Pages; isEmpty: boolean; children: React.ReactNode }) {
  const { pages } = props;
  if (pages.rows === undefined && pages.error !== null) {
    return (
      <FailedState
        what="Messages could not be loaded"
        why={pages.error.detail}
        onRetry={pages.refetch}
      />
    );
  }
  if (pages.rows === undefined) return <SkeletonRows rows={14} label="Loading messages" />;
  if (props.isEmpty) {
    return (
      <EmptyState title="No messages recorded" isCompact>
        <p>Only usage, a budget or an error named this thread so far.</p>
      </EmptyState>
    );
  }
  return props.children;
}

function TimelineFoot(props: { pages: Pages; shown: number; params: ThreadParams }) {
  const { pages, params } = props;
  const canGoToFirst = pages.hasOlder && params.anchor !== 'start';
  return (
    <div className="flex min-h-8 shrink-0 items-center gap-3 border-t border-line px-3 py-1 text-table text-ink-2">
      <output>{footText(pages, props.shown)}</output>
      {pages.error !== null && (
        <span role="alert" className="truncate text-error" data-tip={pages.error.detail}>
          {`Not up to date: ${pages.error.detail}`}
        </span>
      )}
      <span className="ml-auto flex gap-2">
        {canGoToFirst && (
          <Button size="sm" variant="ghost" onClick={() => params.setAnchor('start')}>
            First message
          </Button>
        )}
        {pages.hasOlder && (
          <Button
            size="sm"
            variant="ghost"
            disabled={pages.isLoadingOlder}
            onClick={pages.loadOlder}
          >
            Load older
          </Button>
        )}
      </span>
    </div>
  );
}

function footText(pages: Pages, shown: number): string {
  if (pages.isLoadingOlder) return 'Loading older messages';
  if (pages.isLoadingNewer && pages.hasNewer) return 'Loading newer messages';
  const loaded = `${formatExact(shown)} rows of ${formatExact(pages.rows?.length ?? 0)} loaded messages`;
  return pages.hasNewer ? `${loaded}, newer ones not loaded` : loaded;
}

/** A conversation may grow while it is read: the reader's rows stay until they are at the end. */
function useHeldThreads(threads: readonly string[], isAtEnd: boolean): readonly string[] {
  const [held, setHeld] = useState(threads);
  const isSame = held.length === threads.length && held.every((id, at) => id === threads[at]);
  const isGrown = held.every((id) => threads.includes(id));
  if (!isSame && (isAtEnd || !isGrown)) {
    setHeld(threads);
    return threads;
  }
  return held;
}

/** What the live picture has of some threads, oldest first. */
function useLiveMessages(threads: readonly string[]): readonly EventOf<'message'>[] {
  const recent = usePacedLive(selectRecent);
  const wanted = new Set(threads);
  return recent.filter((message) => wanted.has(message.threadId));
}

function selectRecent(organism: OrganismState): readonly EventOf<'message'>[] {
  return organism.recentMessages;
}
