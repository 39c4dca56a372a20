import { clsx } from 'clsx';

import type { AGENT_STATES, THREAD_STATUSES } from '#organism/agentserver/entities.ts';
import type { SOURCE_STATES } from '#organism/event.ts';

type KnownState =
  | (typeof AGENT_STATES)[number]
  | (typeof THREAD_STATUSES)[number]
  | (typeof SOURCE_STATES)[number]
  | 'exhausted';

type Shape =
  | 'hollow'
  | 'filled'
  | 'half'
  | 'triangle'
  | 'bars'
  | 'check'
  | 'cross'
  | 'square'
  | 'dashed';

type Mark = { word: string; shape: Shape; colour: string; pulses?: boolean; isUrgent?: boolean };

const MARKS: Record<KnownState | 'unknown', Mark> = {
  idle: { word: 'Idle', shape: 'hollow', colour: 'text-idle' },
  processing: { word: 'Processing', shape: 'filled', colour: 'text-processing', pulses: true },
  waiting: { word: 'Waiting', shape: 'half', colour: 'text-waiting', isUrgent: true },
  error: { word: 'Error', shape: 'triangle', colour: 'text-error', isUrgent: true },
  paused: { word: 'Paused', shape: 'bars', colour: 'text-paused' },
  active: { word: 'Active', shape: 'filled', colour: 'text-processing' },
  completed: { word: 'Completed', shape: 'check', colour: 'text-completed' },
  killed: { word: 'Killed', shape: 'cross', colour: 'text-unknown' },
  connecting: { word: 'Connecting', shape: 'dashed', colour: 'text-unknown' },
  live: { word: 'Live', shape: 'filled', colour: 'text-completed' },
  polling: { word: 'Polling', shape: 'hollow', colour: 'text-processing' },
  retrying: { word: 'Retrying', shape: 'half', colour: 'text-waiting', isUrgent: true },
  unlicensed: { word: 'Not licensed', shape: 'dashed', colour: 'text-unknown' },
  stopped: { word: 'Stopped', shape: 'cross', colour: 'text-unknown' },
  exhausted: { word: 'Exhausted', shape: 'square', colour: 'text-error', isUrgent: true },
  unknown: { word: 'Unknown', shape: 'dashed', colour: 'text-unknown' },
};

function isKnownState(state: string): state is KnownState {
  return Object.hasOwn(MARKS, state);
}

/**
 * A state as colour, shape and word at once. A word this build does not know is shown as it
 * came, with the mark of the unknown; it never passes for idle. Only a word that needs
 * somebody takes the colour: a page of calm states stays calm.
 */
export function StateMark(props: {
  state: string;
  /** Why, where the state has a reason: "permission", "at prompt". */
  reason?: string | null | undefined;
  /** Leave the word to the tip, where a legend or column already explains the shapes. */
  isWordHidden?: boolean | undefined;
  className?: string | undefined;
}) {
  const { state, reason } = props;
  const mark = MARKS[isKnownState(state) ? state : 'unknown'];
  const word = isKnownState(state) || state === '' ? mark.word : state;
  const isHidden = props.isWordHidden === true;
  return (
    <span
      data-tip={isHidden ? word : undefined}
      className={clsx(
        'inline-flex min-w-0 items-center gap-1.5 align-middle whitespace-nowrap',
        props.className,
      )}
    >
      <StateShape mark={mark} />
      <span
        className={clsx(isHidden ? 'sr-only' : 'truncate', mark.isUrgent === true && mark.colour)}
      >
        {word}
      </span>
      {!isHidden && reason !== null && reason !== undefined && reason !== '' && (
        <span className="truncate text-ink-2">{reason}</span>
      )}
    </span>
  );
}

function StateShape({ mark }: { mark: Mark }) {
  return (
    <svg
      viewBox="0 0 12 12"
      aria-hidden
      className={clsx(
        'size-3 shrink-0',
        mark.colour,
        mark.pulses === true && 'motion-safe:animate-pulse-mark',
      )}
    >
      {SHAPES[mark.shape]}
    </svg>
  );
}

const LINE = { className: 'fill-none stroke-current', strokeWidth: 1.5 };

const SHAPES: Record<Shape, React.ReactNode> = {
  hollow: <circle cx="6" cy="6" r="4.25" {...LINE} />,
  filled: <circle cx="6" cy="6" r="5" className="fill-current" />,
  half: (
    <>
      <circle cx="6" cy="6" r="4.25" {...LINE} />
      <path d="M6 1.5a4.5 4.5 0 0 0 0 9z" className="fill-current" />
    </>
  ),
  triangle: <path d="M6 0.75 11.5 10.75H0.5z" className="fill-current" />,
  bars: <path d="M2.25 1.5h2.75v9H2.25zM7 1.5h2.75v9H7z" className="fill-current" />,
  check: <path d="M1.75 6.5 4.75 9.5 10.25 2.75" {...LINE} strokeWidth={2} />,
  cross: <path d="M2.25 2.25l7.5 7.5M9.75 2.25l-7.5 7.5" {...LINE} strokeWidth={1.75} />,
  square: <path d="M1 1h10v10H1z" className="fill-current" />,
  dashed: <circle cx="6" cy="6" r="4.5" {...LINE} strokeDasharray="3.2 1.5" />,
};
