import { expect, test } from 'vitest';

import type { ConnectionEvent, ConnectionState } from './connection.ts';
import { CONNECTION_EVENTS, CONNECTION_STATES, nextConnectionState } from './connection.ts';

function after(...events: ConnectionEvent[]): ConnectionState {
  return events.reduce<ConnectionState>(nextConnectionState, 'connecting');
}

test('every state answers every event with a state', () => {
  for (const state of CONNECTION_STATES) {
    for (const event of CONNECTION_EVENTS) {
      expect(CONNECTION_STATES).toContain(nextConnectionState(state, event));
    }
  }
});

test.for<[ConnectionState, ConnectionEvent[]]>([
  ['live', ['rest-answered', 'socket-live']],
  ['live', ['socket-live', 'rest-failed']],
  ['polling', ['rest-answered', 'socket-lost']],
  ['polling', ['rest-answered', 'socket-live', 'socket-lost']],
  ['polling', ['rest-failed', 'rest-answered']],
  ['retrying', ['rest-failed']],
  ['retrying', ['rest-answered', 'socket-live', 'socket-lost', 'rest-failed']],
  ['retrying', ['rest-failed', 'socket-lost']],
  ['live', ['rest-failed', 'socket-live']],
])('%s after %j', ([state, events]) => {
  expect(after(...events)).toBe(state);
});

test('stopped is reached from everywhere and left by nothing', () => {
  for (const state of CONNECTION_STATES) expect(nextConnectionState(state, 'stop')).toBe('stopped');
  for (const event of CONNECTION_EVENTS)
    expect(nextConnectionState('stopped', event)).toBe('stopped');
});
