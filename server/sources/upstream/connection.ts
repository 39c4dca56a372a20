/**
 * The states of the connection to one AgentServer, apart from any I/O. Two facts decide: whether
 * REST answers, and whether the socket gives frames.
 */
export const CONNECTION_STATES = [
  'connecting',
  'reachable',
  'live',
  'polling',
  'retrying',
  'stopped',
] as const;
/** `reachable`: REST answers and the socket's verdict is still out; shown as connecting. */
export type ConnectionState = (typeof CONNECTION_STATES)[number];

export const CONNECTION_EVENTS = [
  'rest-answered',
  'rest-failed',
  'socket-live',
  'socket-lost',
  'stop',
] as const;
export type ConnectionEvent = (typeof CONNECTION_EVENTS)[number];

/** Complete by its type: a missing cell does not compile. */
const TRANSITIONS: Readonly<
  Record<ConnectionState, Readonly<Record<ConnectionEvent, ConnectionState>>>
> = {
  connecting: {
    'rest-answered': 'reachable',
    'rest-failed': 'retrying',
    'socket-live': 'live',
    'socket-lost': 'connecting',
    stop: 'stopped',
  },
  reachable: {
    'rest-answered': 'reachable',
    'rest-failed': 'retrying',
    'socket-live': 'live',
    'socket-lost': 'polling',
    stop: 'stopped',
  },
  live: {
    'rest-answered': 'live',
    // The socket still brings news: a failed read is a notice, not an outage.
    'rest-failed': 'live',
    'socket-live': 'live',
    'socket-lost': 'polling',
    stop: 'stopped',
  },
  polling: {
    'rest-answered': 'polling',
    'rest-failed': 'retrying',
    'socket-live': 'live',
    'socket-lost': 'polling',
    stop: 'stopped',
  },
  retrying: {
    'rest-answered': 'polling',
    'rest-failed': 'retrying',
    'socket-live': 'live',
    'socket-lost': 'retrying',
    stop: 'stopped',
  },
  stopped: {
    'rest-answered': 'stopped',
    'rest-failed': 'stopped',
    'socket-live': 'stopped',
    'socket-lost': 'stopped',
    stop: 'stopped',
  },
};

export function nextConnectionState(
  state: ConnectionState,
  event: ConnectionEvent,
): ConnectionState {
  return TRANSITIONS[state][event];
}
