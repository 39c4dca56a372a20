import type { LiveFrame, LiveResume } from '#organism/live/protocol.ts';
import { LIVE_STALE_MS, liveFrameSchema } from '#organism/live/protocol.ts';

import type { ConnectionEffect, ConnectionEvent, ConnectionState } from './live-connection.ts';
import { TRANSITIONS, patienceMs } from './live-connection.ts';
import { createStatusTeller } from './live-status.ts';
import type { LiveStore } from './live-store.ts';

/** The part of a WebSocket we use: a browser's has it, and so has the `ws` package's. */
export interface SocketLike {
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  send(text: string): void;
  close(): void;
}

export interface LiveSocketDeps {
  /** Null: the only organism, or the first configured. */
  readonly organism: string | null;
  readonly store: Pick<LiveStore, 'position' | 'forgetPosition' | 'receive' | 'setStatus'>;
  /** Dials the server's `/ws` with the subprotocol `organoscope.v1`. */
  openSocket(): SocketLike;
  /** Epoch milliseconds. */
  now(): number;
  /** @returns cancels the timer */
  setTimer(task: () => void, delayMs: number): () => void;
  /** 0 to 1. */
  random(): number;
  isOnline(): boolean;
  /** Calls back when someone looks at the page again or the network returns. @returns stops watching */
  watchWake(onWake: () => void): () => void;
  readonly staleMs?: number | undefined;
}

export interface LiveSocket {
  /** Dials, and keeps dialling until stopped. */
  start(): void;
  /** Idempotent; after it nothing reaches the store. */
  stop(): void;
  /** Tries at once instead of waiting for the next turn. */
  readonly reconnectNow: () => void;
}

/** A server that says no is well: what it lacks, such as a first organism, may be there any moment. */
const MAX_REFUSED_WAIT_MS = 2000;

/** Carries one `organoscope.v1` connection: dials, resumes, watches for silence, comes back. */
export function createLiveSocket(deps: LiveSocketDeps): LiveSocket {
  const staleMs = deps.staleMs ?? LIVE_STALE_MS;
  const status = createStatusTeller({ ...deps, setStatus: deps.store.setStatus });
  let state: ConnectionState = 'stopped';
  let socket: SocketLike | null = null;
  let heardAt = 0;
  let patience: { readonly of: ConnectionState; cancel(): void } | null = null;
  let cancelRetry = nothing;
  let stopWatching = nothing;

  function dispatch(event: ConnectionEvent): void {
    const before = state;
    const { to, effects } = TRANSITIONS[before][event];
    state = to;
    for (const effect of effects) run(effect);
    if (to !== before) status.enter(to);
  }

  function run(effect: ConnectionEffect): void {
    switch (effect) {
      case 'dial':
        return dial();
      case 'resume':
        return resume();
      case 'hang-up':
        return hangUp();
      case 'listen':
        return listen();
      case 'schedule-retry':
        cancelRetry();
        cancelRetry = deps.setTimer(() => dispatch('retry-due'), status.planRetry());
        return;
      case 'cancel-retry':
        return cancelRetry();
    }
  }

  function dial(): void {
    const opened = deps.openSocket();
    socket = opened;
    // What a socket we have left still says is not ours any more.
    const ifCurrent = (task: () => void) => () => {
      if (socket === opened) task();
    };
    opened.addEventListener(
      'open',
      ifCurrent(() => dispatch('opened')),
    );
    opened.addEventListener('message', (event) => {
      if (socket === opened) hear(event.data);
    });
    opened.addEventListener(
      'close',
      ifCurrent(() => {
        status.explain('The connection closed.');
        dispatch('closed');
      }),
    );
    // A close always follows an error, and says as much.
    opened.addEventListener('error', nothing);
  }

  function resume(): void {
    const position = deps.store.position();
    const command: LiveResume = {
      cmd: 'resume',
      organism: deps.organism,
      epoch: position?.epoch ?? null,
      since: position?.since ?? null,
    };
    socket?.send(JSON.stringify(command));
  }

  function hangUp(): void {
    patience?.cancel();
    patience = null;
    const closing = socket;
    socket = null;
    closing?.close();
  }

  function hear(data: unknown): void {
    const frame = readFrame(data);
    if (frame === null) {
      // Whatever it was, we may have missed news in it: the next resume asks for the whole picture.
      deps.store.forgetPosition();
      status.explain('The server sent something this page cannot read.');
      return dispatch('refused');
    }
    if (frame.kind === 'error') {
      status.explain(`The server refused: ${frame.detail}.`, MAX_REFUSED_WAIT_MS);
      return dispatch('refused');
    }
    if (deps.store.receive(frame) === 'gap') return dispatch('gap');
    status.heard();
    dispatch('frame');
  }

  function listen(): void {
    heardAt = deps.now();
    if (patience?.of === state) return;
    patience?.cancel();
    awaitSilence(state, patienceMs(state, staleMs));
  }

  /** One timer that looks again at the earliest possible silence, instead of one per frame. */
  function awaitSilence(of: ConnectionState, delayMs: number | null): void {
    if (delayMs === null) return;
    const cancel = deps.setTimer(() => {
      patience = null;
      const limitMs = patienceMs(of, staleMs) ?? 0;
      const leftMs = heardAt + limitMs - deps.now();
      if (leftMs > 0) return awaitSilence(of, leftMs);
      status.explain(`Nothing was heard for ${Math.round(limitMs / 1000)} s.`);
      dispatch('silence');
    }, delayMs);
    patience = { of, cancel };
  }

  function wake(): void {
    // A machine that slept has an old socket and timers that have not fired yet.
    if (state === 'live' && deps.now() - heardAt > staleMs) dispatch('silence');
    dispatch('wake');
  }

  return {
    start() {
      if (state !== 'stopped') return;
      stopWatching = deps.watchWake(wake);
      dispatch('start');
    },
    stop() {
      stopWatching();
      stopWatching = nothing;
      dispatch('stop');
    },
    reconnectNow: wake,
  };
}

function readFrame(data: unknown): LiveFrame | null {
  if (typeof data !== 'string') return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  const parsed = liveFrameSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

function nothing(): void {}
