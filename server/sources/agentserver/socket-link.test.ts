import { beforeEach, describe, expect, test } from 'vitest';

import type { ManualClock } from '../testing/manual-clock.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { BACKOFF_CAP_MS, createBackoff } from '../upstream/backoff.ts';
import type { Frame } from './frame.ts';
import { createSocketLink } from './socket-link.ts';
import type { SocketEnd, SocketHandlers } from './socket.ts';

/** The socket's wire is tested in socket.test.ts; here its ends are handed over by hand. */
class Dialled {
  readonly handlers: SocketHandlers;
  readonly commands: string[];
  isLive = false;
  isClosed = false;
  constructor(command: string, handlers: SocketHandlers) {
    this.commands = [command];
    this.handlers = handlers;
  }
  subscribe(command: string): void {
    this.commands.push(command);
  }
  async close(): Promise<void> {
    this.isClosed = true;
  }
  goLive(): void {
    this.isLive = true;
    this.handlers.onLive(SNAPSHOT);
  }
  end(end: Partial<SocketEnd> = {}): void {
    const wasLive = this.isLive;
    this.isLive = false;
    this.isClosed = true;
    this.handlers.onEnd({ ...END, wasLive, ...end });
  }
}

const SNAPSHOT: Frame = { kind: 'connected', agents: [], threads: [] };
const END: SocketEnd = {
  reason: 'test',
  wasOpened: true,
  wasLive: false,
  refusedWith: null,
  wasFrameTooLarge: false,
};

let clock: ManualClock;
let dialled: Dialled[];
let modes: (string | null)[];
let losses: number;
let lives: number;
let isDrained: boolean;

function createLink() {
  return createSocketLink({
    dial(command, handlers) {
      const socket = new Dialled(command, handlers);
      dialled.push(socket);
      return socket;
    },
    schedule: clock.schedule,
    elapsed: clock.now,
    backoff: createBackoff({ random: () => 1 }),
    isDrained: () => isDrained,
    onFrame: () => undefined,
    onLive: () => {
      lives += 1;
    },
    onLost: (_end, mode) => {
      losses += 1;
      modes.push(mode);
    },
    onMode: (mode) => modes.push(mode),
  });
}

const open = () => dialled.filter((socket) => !socket.isClosed);
const at = (index: number): Dialled => {
  const socket = dialled.at(index);
  if (socket === undefined) throw new Error(`no socket ${index}`);
  return socket;
};

beforeEach(() => {
  clock = createManualClock();
  dialled = [];
  modes = [];
  losses = 0;
  lives = 0;
  isDrained = true;
});

test('sockets that open and are cut make the waits grow to the cap and never stop', () => {
  const link = createLink();
  link.dial();
  const waits: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    at(-1).end({ wasOpened: true });
    waits.push(clock.pending[0] ?? Number.NaN);
    clock.advance(waits.at(-1) ?? 0);
  }
  expect(waits.slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
  expect(waits.at(-1)).toBe(BACKOFF_CAP_MS);
  expect(dialled).toHaveLength(21);
  expect(link.mode).toBe('nothing');
});

test('a valid frame, and nothing before it, resets the waits', () => {
  const link = createLink();
  link.dial();
  for (let round = 0; round < 5; round += 1) {
    at(-1).end();
    clock.advance(BACKOFF_CAP_MS);
  }
  at(-1).goLive();
  expect(link.isLive).toBe(true);
  at(-1).end();
  expect(clock.pending[0]).toBe(500);
  expect(losses).toBe(6);
});

test('the first subscription leaves messages out', () => {
  createLink().dial();
  const command = JSON.parse(at(0).commands[0] ?? '') as { cmd: string; events: string[] };
  expect(command.cmd).toBe('subscribe');
  expect(command.events).toContain('agent_state');
  expect(command.events).not.toContain('message');
});

test('dialling twice is one socket', () => {
  const link = createLink();
  link.dial();
  link.dial();
  expect(dialled).toHaveLength(1);
});

describe('the probe', () => {
  function liveLink() {
    const link = createLink();
    link.dial();
    at(0).goLive();
    return link;
  }

  test('starts only when REST shows that messages flow', () => {
    const link = liveLink();
    clock.advance(3_600_000);
    expect(dialled).toHaveLength(1);
    link.noteMessagesByRest();
    expect(open()).toHaveLength(2);
    link.noteMessagesByRest();
    expect(dialled).toHaveLength(2);
  });

  test('takes over when a message arrives on it', () => {
    const link = liveLink();
    link.noteMessagesByRest();
    at(1).goLive();
    expect(link.noteMessageFrame(false)).toBe(true);
    expect(link.mode).toBe('all');
    expect(open()).toEqual([at(1)]);
    expect(link.isLive).toBe(true);
    at(1).end();
    expect(losses).toBe(1);
  });

  test('is given up when REST shows messages it did not bring', () => {
    const link = liveLink();
    link.noteMessagesByRest();
    at(1).goLive();
    link.noteMessagesByRest();
    // Those may be from before it subscribed.
    clock.advance(5000);
    expect(link.mode).toBeNull();
    link.noteMessagesByRest();
    clock.advance(1999);
    expect(link.mode).toBeNull();
    clock.advance(1);
    expect(link.mode).toBe('all-but-messages');
    expect(open()).toEqual([at(0)]);
  });

  test('is not judged while frames wait to be read', () => {
    const link = liveLink();
    link.noteMessagesByRest();
    at(1).goLive();
    link.noteMessagesByRest();
    link.noteMessagesByRest();
    isDrained = false;
    clock.advance(10_000);
    expect(link.mode).toBeNull();
    isDrained = true;
    clock.advance(2000);
    expect(link.mode).toBe('all-but-messages');
  });

  test('that is cut without a frame shows what the server cannot write', () => {
    const link = liveLink();
    link.noteMessagesByRest();
    at(1).end({ wasOpened: true });
    expect(link.mode).toBe('all-but-messages');
    expect(open()).toEqual([at(0)]);
    expect(losses).toBe(0);
  });

  test('that is not admitted is tried again a minute later, not sooner', () => {
    const link = liveLink();
    link.noteMessagesByRest();
    at(1).end({ wasOpened: false, refusedWith: 403 });
    expect(link.mode).toBeNull();
    clock.advance(59_000);
    link.noteMessagesByRest();
    expect(dialled).toHaveLength(2);
    clock.advance(1000);
    link.noteMessagesByRest();
    expect(dialled).toHaveLength(3);
  });

  test('that learns nothing in time is closed', () => {
    const link = liveLink();
    link.noteMessagesByRest();
    at(1).goLive();
    clock.advance(20_000);
    expect(open()).toEqual([at(0)]);
    expect(link.mode).toBeNull();
  });

  test('a message on the main socket asks it for all of them', () => {
    const link = liveLink();
    expect(link.noteMessageFrame(true)).toBe(true);
    expect(at(0).commands.at(-1)).toBe('{"cmd":"subscribe"}');
    expect(link.mode).toBe('all');
    expect(link.noteMessageFrame(true)).toBe(false);
  });

  test('goes with the main socket', () => {
    const link = liveLink();
    link.noteMessagesByRest();
    at(0).end();
    expect(open()).toEqual([]);
    clock.advance(500);
    expect(open()).toHaveLength(1);
  });
});

describe('a dead socket', () => {
  function deadLink() {
    const link = createLink();
    link.dial();
    at(0).goLive();
    link.judge('dead');
    return link;
  }

  test('is replaced once the new one gives a frame, never with more than two', () => {
    const link = deadLink();
    expect(open()).toHaveLength(2);
    link.judge('dead');
    expect(dialled).toHaveLength(2);
    at(1).goLive();
    expect(open()).toEqual([at(1)]);
    expect(lives).toBe(2);
    expect(losses).toBe(0);
  });

  test('is given up when no new one lives', () => {
    const link = deadLink();
    at(1).end({ wasOpened: true });
    expect(open()).toEqual([]);
    expect(link.mode).toBe('nothing');
    expect(losses).toBe(1);
    clock.advance(500);
    expect(open()).toHaveLength(1);
  });

  test('that is only suspected stays when no new one lives, and is left alone for a while', () => {
    const link = createLink();
    link.dial();
    at(0).goLive();
    link.judge('likely-dead');
    at(1).end({ wasOpened: true });
    expect(open()).toEqual([at(0)]);
    link.judge('likely-dead');
    expect(dialled).toHaveLength(2);
    clock.advance(300_000);
    link.judge('likely-dead');
    expect(dialled).toHaveLength(3);
  });

  test('is replaced once a probe beside it is gone', async () => {
    const link = createLink();
    link.dial();
    at(0).goLive();
    link.noteMessagesByRest();
    link.judge('dead');
    expect(open()).toEqual([at(0)]);
    expect(dialled).toHaveLength(2);
    await Promise.resolve();
    await Promise.resolve();
    link.judge('dead');
    expect(dialled).toHaveLength(3);
  });

  test('a suspicion waits for a probe', () => {
    const link = createLink();
    link.dial();
    at(0).goLive();
    link.noteMessagesByRest();
    link.judge('likely-dead');
    expect(dialled).toHaveLength(2);
  });
});

test('a stop closes everything and dials no more', async () => {
  const link = createLink();
  link.dial();
  at(0).goLive();
  link.noteMessagesByRest();
  await link.stop();
  expect(open()).toEqual([]);
  clock.advance(3_600_000);
  link.dial();
  link.judge('dead');
  link.noteMessagesByRest();
  expect(dialled).toHaveLength(2);
});
