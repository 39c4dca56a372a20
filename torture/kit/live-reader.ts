import { once } from 'node:events';

import { WebSocket } from 'ws';

import type { JournalEvent } from '#organism/event.ts';
import type { LiveFrame } from '#organism/live/protocol.ts';
import { LIVE_SUBPROTOCOL, liveFrameSchema } from '#organism/live/protocol.ts';
import type { OrganismSnapshot } from '#organism/snapshot.ts';

import { within } from './waits.ts';

const NEWS_LIMIT_MS = 10_000;

export interface LivePosition {
  readonly epoch: string;
  readonly since: number;
}

/** A browser's socket that keeps its position, leaves, and comes back for what it missed. */
export interface LiveReader {
  /** Events since the last snapshot, in the order they came. */
  readonly events: readonly JournalEvent[];
  /** Null until something was heard. */
  readonly position: LivePosition | null;
  /** The snapshot it began with, the last time it had to. */
  readonly snapshot: OrganismSnapshot | null;
  /** Why it had to begin anew, each time. */
  readonly resets: readonly string[];
  /** Batches that did not follow the one before. */
  readonly breaks: number;
  /** Dials where it is not dialled, and says where it stands. */
  open(url: string): Promise<void>;
  /** Waits until it has heard, on the socket it has now, of everything up to a position. */
  reach(seq: number): Promise<void>;
  close(): void;
}

export function createLiveReader(organism: string, from: LivePosition | null = null): LiveReader {
  let events: JournalEvent[] = [];
  let position = from;
  let snapshot: OrganismSnapshot | null = null;
  let socket: WebSocket | null = null;
  let breaks = 0;
  let hasHeard = false;
  const waiting = new Set<() => void>();
  const resets: string[] = [];

  function hear(frame: LiveFrame): void {
    if (frame.kind === 'error') throw new Error(`the server refused: ${frame.detail}`);
    if (frame.kind === 'reset') {
      ({ snapshot } = frame);
      resets.push(frame.reason);
      events = [];
    } else if (frame.kind === 'batch') {
      if (frame.from !== position?.since) breaks += 1;
      events.push(...frame.events);
    } else if (frame.to !== position?.since) breaks += 1;
    position = { epoch: frame.epoch, since: frame.to };
    hasHeard = true;
    for (const wake of waiting) wake();
  }

  return {
    get events() {
      return events;
    },
    get position() {
      return position;
    },
    get snapshot() {
      return snapshot;
    },
    resets,
    get breaks() {
      return breaks;
    },
    async open(url) {
      if (socket?.readyState === WebSocket.OPEN) return;
      const dialled = new WebSocket(`${url.replace('http', 'ws')}/ws`, LIVE_SUBPROTOCOL);
      socket = dialled;
      hasHeard = false;
      dialled.on('error', () => undefined);
      dialled.on('message', (data: Buffer) => {
        if (socket === dialled) hear(liveFrameSchema.parse(JSON.parse(data.toString())));
      });
      await once(dialled, 'open');
      dialled.send(JSON.stringify({ cmd: 'resume', organism, ...position }));
    },
    reach(seq) {
      const hasReached = new Promise<void>((resolve) => {
        const wake = (): void => {
          if (!hasHeard || (position?.since ?? -1) < seq) return;
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
        wake();
      });
      return within(NEWS_LIMIT_MS, `a live reader at ${seq}`, hasReached);
    },
    close() {
      socket?.terminate();
      socket = null;
    },
  };
}
