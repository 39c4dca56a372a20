import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ConnectionEvent, ConnectionState, Transition } from './live-connection.ts';
import {
  CONNECTION_EVENTS,
  CONNECTION_STATES,
  TRANSITIONS,
  patienceMs,
  retryDelayMs,
} from './live-connection.ts';

/** Where each event leads; a dot stays. */
const TABLE: Record<ConnectionState, string> = {
  //         start     opened    frame gap       refused  silence  closed   retry-due wake      stop
  stopped: ' dialling  .         .     .         .        .        .        .         .         .',
  dialling:
    '.         resuming  .     .         waiting  waiting  waiting  .         .         stopped',
  resuming:
    '.         .         live  .         waiting  waiting  waiting  .         .         stopped',
  live: '    .         .         .     resuming  waiting  stale    waiting  .         .         stopped',
  stale:
    '   .         .         live  resuming  waiting  waiting  waiting  .         dialling  stopped',
  waiting:
    ' .         .         .     .         .        .        .        dialling  dialling  stopped',
};

function expected(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  const word = TABLE[state].trim().split(/\s+/)[CONNECTION_EVENTS.indexOf(event)];
  return CONNECTION_STATES.find((candidate) => candidate === word) ?? state;
}

describe('the connection', () => {
  const cells = CONNECTION_STATES.flatMap((state) =>
    CONNECTION_EVENTS.map((event) => ({ state, event })),
  );
  it.each(cells)('in $state answers $event', ({ state, event }) => {
    expect(TRANSITIONS[state][event].to).toBe(expected(state, event));
  });

  it('always has a way on: something it waits for, or a try it has planned', () => {
    for (const state of CONNECTION_STATES) {
      for (const event of CONNECTION_EVENTS) {
        const { to, effects } = TRANSITIONS[state][event];
        if (to === state || to === 'stopped') continue;
        const wayOn = to === 'waiting' ? 'schedule-retry' : 'listen';
        expect(effects, `${state} on ${event}`).toContain(wayOn);
      }
    }
  });

  it('holds one socket at a time: it dials only after hanging up or having none', () => {
    const hasSocket = new Set<ConnectionState>(['dialling', 'resuming', 'live', 'stale']);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...CONNECTION_EVENTS)), (events) => {
        let state: ConnectionState = 'stopped';
        let sockets = 0;
        for (const event of events) {
          const next: Transition = TRANSITIONS[state][event];
          for (const effect of next.effects) {
            if (effect === 'hang-up') sockets = 0;
            if (effect === 'dial') sockets += 1;
          }
          state = next.to;
          expect(sockets).toBe(hasSocket.has(state) ? 1 : 0);
        }
      }),
    );
  });

  it('waits longer for a first answer than for a heartbeat', () => {
    expect(patienceMs('resuming', 6000)).toBeGreaterThan(patienceMs('live', 6000) ?? 0);
    expect(patienceMs('waiting', 6000)).toBeNull();
  });
});

describe('the delay before the next try', () => {
  it('doubles from half a second to fifteen, in the upper half of its span, for ever', () => {
    expect([1, 2, 3, 6, 7, 2000].map((attempt) => retryDelayMs(attempt, 1))).toEqual([
      500, 1000, 2000, 15_000, 15_000, 15_000,
    ]);
    expect(retryDelayMs(1, 0)).toBe(250);
  });
});
