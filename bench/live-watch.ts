import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';

import { WebSocket } from 'ws';

import type { LiveFrame } from '#organism/live/protocol.ts';
import { LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';

/** Half-open, in epoch milliseconds. */
interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Percentiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly count: number;
}

/** The delays of stamped messages, from the upstream's send to a client's receive. */
export interface DelayLog {
  add(payload: unknown, receivedAt: number): void;
  /** Of the message that came last; NaN before the first. */
  latestMs(): number;
  /** Of the messages sent in the window. */
  percentiles(window: Window): Percentiles;
}

/** Epoch milliseconds with a fraction, as the lab stamps them. */
export const preciseNow = (): number => performance.timeOrigin + performance.now();

function createDelayLog(): DelayLog {
  const sentAts: number[] = [];
  const receivedAts: number[] = [];
  return {
    add(payload, receivedAt) {
      sentAts.push(Number((payload as { sentAt?: unknown }).sentAt));
      receivedAts.push(receivedAt);
    },
    latestMs: () => (receivedAts.at(-1) ?? Number.NaN) - (sentAts.at(-1) ?? Number.NaN),
    percentiles({ from, to }) {
      const histogram = createHistogram();
      sentAts.forEach((sentAt, i) => {
        if (!(sentAt >= from && sentAt < to)) return;
        const micros = Math.round(((receivedAts[i] ?? 0) - sentAt) * 1000);
        // The clocks of two processes may differ by some microseconds.
        histogram.record(Math.max(1, micros));
      });
      return {
        p50Ms: histogram.percentile(50) / 1000,
        p99Ms: histogram.percentile(99) / 1000,
        count: histogram.count,
      };
    },
  };
}

/** A browser's socket without a browser. */
export interface LiveWatch {
  readonly delays: DelayLog;
  readonly messageIds: ReadonlySet<string>;
  /** Of any kind, received in the window. */
  eventsIn(window: Window): number;
  /** Messages that came twice, and batches that did not follow the last one. */
  readonly faults: { repeated: number; broken: number; resets: number };
  lastMessageAt(): number;
  /** Resolves to whether it came to hold in time. */
  until(enough: () => boolean, timeoutMs: number): Promise<boolean>;
  readonly close: () => void;
}

/** Must join before the upstream's first event: then it can say whether anything was lost. */
export async function openLiveWatch(url: string, organism: string): Promise<LiveWatch> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, LIVE_SUBPROTOCOL);
  const delays = createDelayLog();
  const messageIds = new Set<string>();
  const faults = { repeated: 0, broken: 0, resets: -1 };
  const batches: { at: number; events: number }[] = [];
  let position = 0;
  let lastMessageAt = 0;
  let wake = (): void => undefined;

  socket.on('message', (data: Buffer) => {
    const at = preciseNow();
    const frame = JSON.parse(data.toString()) as LiveFrame;
    if (frame.kind === 'reset') {
      faults.resets += 1;
      position = frame.to;
    }
    if (frame.kind === 'batch') {
      if (frame.from !== position) faults.broken += 1;
      position = frame.to;
      batches.push({ at, events: frame.events.length });
      for (const event of frame.events) {
        if (event.type !== 'message') continue;
        if (messageIds.has(event.id)) faults.repeated += 1;
        messageIds.add(event.id);
        delays.add(event.payload, at);
        lastMessageAt = at;
      }
    }
    wake();
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ cmd: 'resume', organism }));

  return {
    delays,
    messageIds,
    faults,
    eventsIn: ({ from, to }) =>
      batches.reduce((sum, { at, events }) => sum + (at >= from && at < to ? events : 0), 0),
    lastMessageAt: () => lastMessageAt,
    until: (enough, timeoutMs) =>
      new Promise((resolve) => {
        const settle = (isEnough: boolean): void => {
          clearTimeout(timer);
          wake = () => undefined;
          resolve(isEnough);
        };
        const timer = setTimeout(() => settle(false), timeoutMs);
        wake = () => void (enough() && settle(true));
        wake();
      }),
    close: () => socket.terminate(),
  };
}

/** The upstream's own message socket: what the way costs without us. */
export async function openDirectWatch(
  url: string,
): Promise<{ readonly delays: DelayLog; readonly close: () => void }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/messages`);
  const delays = createDelayLog();
  socket.on('message', (data: Buffer) => {
    const at = preciseNow();
    delays.add((JSON.parse(data.toString()) as { payload?: object }).payload ?? {}, at);
  });
  await once(socket, 'open');
  return { delays, close: () => socket.terminate() };
}
