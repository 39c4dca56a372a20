/**
 * The live connection as a state machine without I/O: `live-socket.ts` feeds it what happened and
 * carries out the effects. Every state answers every event, so nothing can be forgotten silently.
 */
export const CONNECTION_STATES = [
  'stopped',
  'dialling',
  'resuming',
  'live',
  'stale',
  'waiting',
] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];

export const CONNECTION_EVENTS = [
  'start',
  'opened',
  /** A frame that fits our position. */
  'frame',
  /** A frame that shows we lost something. */
  'gap',
  /** The server refused us or spoke nonsense. */
  'refused',
  /** Nothing heard for the state's patience. */
  'silence',
  'closed',
  'retry-due',
  /** The page was looked at, focused, or came back: or someone asked to reconnect now. */
  'wake',
  'stop',
] as const;
export type ConnectionEvent = (typeof CONNECTION_EVENTS)[number];

export type ConnectionEffect =
  | 'dial'
  | 'resume'
  | 'hang-up'
  /** Starts the state's patience anew. */
  | 'listen'
  | 'schedule-retry'
  | 'cancel-retry';

export interface Transition {
  readonly to: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

const go = (to: ConnectionState, ...effects: ConnectionEffect[]): Transition => ({ to, effects });

const stop = go('stopped', 'cancel-retry', 'hang-up');
const redial = go('dialling', 'cancel-retry', 'hang-up', 'dial', 'listen');
const backOff = go('waiting', 'hang-up', 'schedule-retry');

export const TRANSITIONS: Readonly<
  Record<ConnectionState, Readonly<Record<ConnectionEvent, Transition>>>
> = {
  stopped: { ...stayingIn('stopped'), start: go('dialling', 'dial', 'listen') },
  dialling: {
    ...stayingIn('dialling'),
    opened: go('resuming', 'resume', 'listen'),
    refused: backOff,
    silence: backOff,
    closed: backOff,
    stop,
  },
  resuming: {
    ...stayingIn('resuming'),
    frame: go('live', 'listen'),
    // What was on its way before the server read our position: its answer follows.
    gap: go('resuming'),
    refused: backOff,
    silence: backOff,
    closed: backOff,
    stop,
  },
  live: {
    ...stayingIn('live'),
    frame: go('live', 'listen'),
    gap: go('resuming', 'resume', 'listen'),
    refused: backOff,
    silence: go('stale', 'listen'),
    closed: backOff,
    stop,
  },
  stale: {
    ...stayingIn('stale'),
    frame: go('live', 'listen'),
    gap: go('resuming', 'resume', 'listen'),
    refused: backOff,
    silence: backOff,
    closed: backOff,
    wake: redial,
    stop,
  },
  waiting: {
    ...stayingIn('waiting'),
    'retry-due': redial,
    wake: redial,
    stop,
  },
};

function stayingIn(state: ConnectionState): Record<ConnectionEvent, Transition> {
  const stay = go(state);
  return {
    start: stay,
    opened: stay,
    frame: stay,
    gap: stay,
    refused: stay,
    silence: stay,
    closed: stay,
    'retry-due': stay,
    wake: stay,
    stop: stay,
  };
}

/** How long a state waits for news before `silence`, in milliseconds. Null waits for no news. */
export function patienceMs(state: ConnectionState, staleMs: number): number | null {
  switch (state) {
    case 'dialling':
    case 'resuming':
      // A large snapshot over a slow link takes longer than a heartbeat.
      return staleMs * 2;
    case 'live':
    case 'stale':
      return staleMs;
    case 'stopped':
    case 'waiting':
      return null;
  }
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;

/**
 * Doubling delay before the next try, never ending, spread over its upper half so that many pages
 * do not return in step.
 * @param attempt 1 for the first retry
 * @param random 0 to 1
 */
export function retryDelayMs(attempt: number, random: number): number {
  const full = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, attempt - 1));
  return full * (0.5 + random / 2);
}
