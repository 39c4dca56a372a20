import type { SOCKET_MODES } from '#organism/event.ts';

import type { Schedule } from '../source.ts';
import type { Backoff } from '../upstream/backoff.ts';
import type { Frame } from './frame.ts';
import type { AgentSocket, SocketEnd, SocketHandlers } from './socket.ts';
import type { Verdict } from './watchdog.ts';

type SocketMode = (typeof SOCKET_MODES)[number];

/** Everything but `message`: the first message silently drops a socket of the real server. */
const EVENTS_WITHOUT_MESSAGES = [
  'agent_state',
  'thread_created',
  'thread_updated',
  'error',
  'reload',
];
const SUBSCRIBE_SAFE = JSON.stringify({ cmd: 'subscribe', events: EVENTS_WITHOUT_MESSAGES });
/** No fields: no filter, so that events newer than this build arrive too. */
const SUBSCRIBE_ALL = JSON.stringify({ cmd: 'subscribe' });

/** A message may be this late on the probe after REST showed it. */
const PROBE_GRACE_MS = 2000;
const PROBE_TIMEOUT_MS = 20_000;
const PROBE_PAUSE_MS = 10_000;
const ADMISSION_PAUSE_MS = 60_000;
/** A swap on suspicion alone is not tried again sooner: a quiet socket may be a healthy one. */
const SWAP_PAUSE_MS = 300_000;

export interface SocketLinkDeps {
  dial(subscribe: string, handlers: SocketHandlers): AgentSocket;
  schedule: Schedule;
  elapsed(): number;
  backoff: Backoff;
  /** Whether all frames that arrived have been read: no verdict before. */
  isDrained(): boolean;
  onFrame(text: string, isPrimary: boolean): void;
  /** A socket gives frames: at the start, after a loss, after a swap. */
  onLive(first: Frame): void;
  onLost(end: SocketEnd, mode: SocketMode | null): void;
  onMode(mode: SocketMode | null): void;
}

/**
 * Keeps one socket, finds out what it can carry and swaps it when it is dead. A second one exists
 * only while it probes for messages or takes over. The main one subscribes without messages, which
 * lives on every server; the probe subscribes to all, and takes over when a message arrives on it.
 */
export function createSocketLink(deps: SocketLinkDeps) {
  let main: AgentSocket | null = null;
  let second: {
    readonly socket: AgentSocket;
    readonly role: 'probe' | 'swap';
    passesWithMessages: number;
    cancel: () => void;
  } | null = null;
  let mode: SocketMode | null = null;
  const closing = new Set<Promise<void>>();
  let isStopped = false;
  let cancelRedial: (() => void) | null = null;
  let nextProbeAt = Number.NEGATIVE_INFINITY;
  let nextSwapAt = Number.NEGATIVE_INFINITY;

  function setMode(next: SocketMode | null): void {
    if (mode === next) return;
    mode = next;
    deps.onMode(next);
  }

  /** Sockets that are closing still count at the server. */
  function close(socket: AgentSocket | undefined | null): void {
    if (socket == null) return;
    const gone = socket.close().finally(() => closing.delete(gone));
    closing.add(gone);
  }

  function dropSecond(): void {
    second?.cancel();
    close(second?.socket);
    second = null;
  }

  function dialMain(): void {
    cancelRedial?.();
    cancelRedial = null;
    if (isStopped || main !== null) return;
    const socket = deps.dial(SUBSCRIBE_SAFE, {
      onLive(first) {
        deps.backoff.reset();
        setMode(null);
        deps.onLive(first);
      },
      onFrame: (text) => deps.onFrame(text, main === socket),
      onEnd: loseMain,
    });
    main = socket;
  }

  function loseMain(end: SocketEnd): void {
    main = null;
    dropSecond();
    // Opened and cut without a frame: this server's snapshot dies, its socket carries nothing.
    mode = end.wasOpened && !end.wasLive ? 'nothing' : null;
    cancelRedial = deps.schedule(deps.backoff.next(), dialMain);
    deps.onLost(end, mode);
  }

  function promote(): void {
    if (second === null) return;
    second.cancel();
    const old = main;
    main = second.socket;
    second = null;
    close(old);
  }

  function startProbe(): void {
    const socket = deps.dial(SUBSCRIBE_ALL, {
      onLive: () => undefined,
      onFrame: (text) => deps.onFrame(text, main === socket),
      onEnd(end) {
        if (main === socket) loseMain(end);
        else endProbe(end);
      },
    });
    const cancel = deps.schedule(PROBE_TIMEOUT_MS, () => {
      nextProbeAt = deps.elapsed() + PROBE_PAUSE_MS;
      dropSecond();
    });
    second = { socket, role: 'probe', passesWithMessages: 0, cancel };
  }

  function endProbe(end: SocketEnd): void {
    second?.cancel();
    second = null;
    const isCut = end.wasOpened && !end.wasLive;
    if (isCut) setMode('all-but-messages');
    nextProbeAt = deps.elapsed() + (end.refusedWith === 403 ? ADMISSION_PAUSE_MS : PROBE_PAUSE_MS);
  }

  function judgeProbe(): void {
    if (second?.role !== 'probe') return;
    if (!deps.isDrained()) {
      second.cancel = deps.schedule(PROBE_GRACE_MS, judgeProbe);
      return;
    }
    dropSecond();
    setMode('all-but-messages');
  }

  function swap(verdict: Verdict): void {
    const socket = deps.dial(SUBSCRIBE_SAFE, {
      onLive(first) {
        promote();
        setMode(null);
        deps.onLive(first);
      },
      onFrame: (text) => deps.onFrame(text, main === socket),
      onEnd(end) {
        if (main === socket) return loseMain(end);
        second = null;
        if (verdict !== 'dead') return;
        close(main);
        loseMain(end);
      },
    });
    second = { socket, role: 'swap', passesWithMessages: 0, cancel: () => undefined };
  }

  return {
    /** Dials unless a socket is there or being dialled. */
    dial: dialMain,
    get isLive() {
      return main?.isLive === true;
    },
    get mode() {
      return mode;
    },
    /** REST brought messages: the moment to find out whether a socket would have. */
    noteMessagesByRest(): void {
      if (isStopped || main?.isLive !== true || mode !== null) return;
      if (second === null) {
        if (deps.elapsed() >= nextProbeAt && closing.size === 0) startProbe();
        return;
      }
      if (second.role !== 'probe' || !second.socket.isLive) return;
      second.passesWithMessages += 1;
      // The first reading may hold messages from before the probe was subscribed.
      if (second.passesWithMessages !== 2) return;
      second.cancel();
      second.cancel = deps.schedule(PROBE_GRACE_MS, judgeProbe);
    },
    /** A message arrived on a socket. @returns whether that settled the mode */
    noteMessageFrame(isPrimary: boolean): boolean {
      if (mode === 'all') return false;
      if (!isPrimary && second?.role !== 'probe') return false;
      if (isPrimary) {
        // It came before the filter took hold, or the server knows none: it can carry messages.
        dropSecond();
        main?.subscribe(SUBSCRIBE_ALL);
      } else promote();
      setMode('all');
      return true;
    },
    /** What the watchdog found: an open socket that brings no news is replaced. */
    judge(verdict: Verdict): void {
      if (isStopped || verdict === 'fine' || main?.isLive !== true) return;
      if (second?.role === 'swap') return;
      const isSuspicion = verdict === 'likely-dead';
      if (isSuspicion && (second !== null || deps.elapsed() < nextSwapAt)) return;
      dropSecond();
      // Never more than two: the next beat will judge the same.
      if (closing.size > 0) return;
      if (isSuspicion) nextSwapAt = deps.elapsed() + SWAP_PAUSE_MS;
      swap(verdict);
    },
    async stop(): Promise<void> {
      isStopped = true;
      cancelRedial?.();
      dropSecond();
      close(main);
      main = null;
      await Promise.all(closing);
    },
  };
}
