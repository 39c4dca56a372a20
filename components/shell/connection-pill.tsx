'use client';

import { Popover } from '@base-ui/react/popover';
import { clsx } from 'clsx';

import { useNow } from '#components/format/ticker.ts';
import { formatAgo, formatDuration, formatSpan } from '#components/format/time.ts';
import { Button } from '#components/ui/button.tsx';

/** How fresh what is on screen is. Instants are epoch milliseconds. */
export type ConnectionState =
  /** No organism is known: there is nothing to be connected to. */
  | { kind: 'unused' }
  | { kind: 'connecting' }
  | { kind: 'live'; lagMs: number | null }
  | { kind: 'stale'; since: number }
  | { kind: 'reconnecting'; attempt: number; nextTryAt: number | null; reason: string }
  | { kind: 'offline'; since: number };

/** Below this nobody sees a delay, and a figure that flickers would only draw the eye. */
const NOTICEABLE_LAG_MS = 250;

type Tone = 'calm' | 'unknown' | 'waiting' | 'error';

const TONES: Record<Tone, string> = {
  calm: 'border-line text-ink-2',
  unknown: 'border-line text-ink-3',
  waiting: 'border-waiting/50 bg-waiting/10 text-waiting',
  error: 'border-error/60 bg-error/10 text-error',
};

type Reading = { tone: Tone; word: string; figure: string; detail: string };

export function ConnectionPill(props: {
  state: ConnectionState;
  /** Tries at once instead of waiting for the next turn. */
  onReconnect?: (() => void) | undefined;
}) {
  const now = useNow();
  const reading = readConnection(props.state, now);
  return (
    <Popover.Root>
      {/* Beside the button: a live region inside is left out of the button's name. */}
      <output className="sr-only">{reading.word}</output>
      <Popover.Trigger
        className={clsx(
          'touch-halo inline-flex h-6 shrink-0 items-center gap-1.5 rounded-md border px-2 text-table font-medium transition-colors',
          TONES[reading.tone],
        )}
      >
        <ConnectionShape kind={props.state.kind} />
        <span>{reading.word}</span>
        {reading.figure !== '' && (
          <span className="hidden min-w-11 text-right font-normal sm:inline">{reading.figure}</span>
        )}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="z-40" sideOffset={6} align="end">
          <Popover.Popup className="w-72 rounded-md border border-line-strong bg-panel p-3 text-base outline-none">
            <Popover.Title className="font-medium">{reading.word}</Popover.Title>
            <Popover.Description className="mt-1 text-ink-2">{reading.detail}</Popover.Description>
            {props.onReconnect !== undefined && canReconnect(props.state) && (
              <Button className="mt-3" onClick={props.onReconnect}>
                Reconnect now
              </Button>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function canReconnect({ kind }: ConnectionState): boolean {
  return kind !== 'live' && kind !== 'unused';
}

function readConnection(state: ConnectionState, now: number | null): Reading {
  switch (state.kind) {
    case 'unused':
      return {
        tone: 'unknown',
        word: 'Nothing to watch',
        figure: '',
        detail: 'No organism is known here yet. Its news will come as soon as one is connected.',
      };
    case 'connecting':
      return {
        tone: 'unknown',
        word: 'Connecting',
        figure: '',
        detail: 'Opening the live feed. Nothing on this page is current yet.',
      };
    case 'live':
      return {
        tone: 'calm',
        word: 'Live',
        figure: (state.lagMs ?? 0) < NOTICEABLE_LAG_MS ? '' : formatDuration(state.lagMs ?? 0),
        detail: `Changes arrive as they are stored${lagSentence(state.lagMs)}.`,
      };
    case 'stale':
      return {
        tone: 'waiting',
        word: 'Stale',
        figure: now === null ? '' : formatSpan(Math.max(0, now - state.since)),
        detail: `The feed is open but silent. Last news came ${agoOrEarlier(state.since, now)}; figures are from then.`,
      };
    case 'reconnecting':
      return {
        tone: 'waiting',
        word: 'Reconnecting',
        figure: nextTry(state.nextTryAt, now),
        detail: `${state.reason} Attempt ${state.attempt}; what was missed is fetched on return.`,
      };
    case 'offline':
      return {
        tone: 'error',
        word: 'Offline',
        figure: now === null ? '' : formatSpan(Math.max(0, now - state.since)),
        detail: `No connection since ${agoOrEarlier(state.since, now)}. Figures are from then; trying goes on.`,
      };
  }
}

function lagSentence(lagMs: number | null): string {
  return lagMs === null ? '' : `, ${formatDuration(lagMs)} after they happen`;
}

function agoOrEarlier(instant: number, now: number | null): string {
  return now === null ? 'earlier' : formatAgo(instant, now);
}

function nextTry(nextTryAt: number | null, now: number | null): string {
  if (nextTryAt === null || now === null) return '';
  return nextTryAt <= now ? 'now' : `in ${formatSpan(nextTryAt - now)}`;
}

/** The shape says it without the colour: dot, half, broken ring, cross. */
function ConnectionShape({ kind }: { kind: ConnectionState['kind'] }) {
  return (
    <svg viewBox="0 0 10 10" className="size-2.5 shrink-0" aria-hidden>
      {kind === 'live' && <circle cx="5" cy="5" r="3.5" className="fill-completed" />}
      {(kind === 'unused' || kind === 'connecting' || kind === 'reconnecting') && (
        <circle
          cx="5"
          cy="5"
          r="3.75"
          className="fill-none stroke-current"
          strokeWidth="1.5"
          strokeDasharray="2.6 1.9"
        />
      )}
      {kind === 'stale' && (
        <>
          <circle cx="5" cy="5" r="3.75" className="fill-none stroke-current" strokeWidth="1.5" />
          <path d="M5 1.25a3.75 3.75 0 0 0 0 7.5z" className="fill-current" />
        </>
      )}
      {kind === 'offline' && (
        <path d="M2 2l6 6M8 2l-6 6" className="fill-none stroke-current" strokeWidth="1.75" />
      )}
    </svg>
  );
}
