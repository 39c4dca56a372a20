'use client';

import { formatSpan } from '#components/format/time.ts';
import { useIsLiveLoaded, useServerNow } from '#components/live/use-live.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { StateMark } from '#components/ui/state-mark.tsx';
import type { SourceView } from '#organism/state.ts';

/** One line: since when it runs, and how its news reach us. */
export function OverviewStatus() {
  const isLoaded = useIsLiveLoaded();
  const now = useServerNow();
  const { status, startedAt, run } = usePacedLive((organism) => ({
    status: organism.status,
    startedAt: organism.startedAt,
    run: organism.run,
  }));
  const sources = usePacedLive((organism) => [...organism.sources.values()]);
  // The line keeps its height, so that nothing below it moves.
  if (!isLoaded) return '\u00a0';
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      <span>
        {status === 'unknown' ? 'State not known yet' : capitalise(status)}
        {startedAt !== null && now !== null && ` for ${formatSpan(Math.max(0, now - startedAt))}`}
        {run > 1 && `, run ${run}`}
      </span>
      {sources.map((source) => (
        <span key={source.name} className="inline-flex items-center gap-1.5">
          <StateMark state={source.state} />
          <span className="text-ink-3">{`${source.name}${modeOf(source)}`}</span>
        </span>
      ))}
    </span>
  );
}

function modeOf(source: SourceView): string {
  if (source.state === 'retrying') return '';
  switch (source.socketMode) {
    case 'all':
      return ', all by socket';
    case 'all-but-messages':
      return ', messages by REST';
    case 'nothing':
      return ', all by REST';
    case null:
      return '';
  }
}

function capitalise(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
