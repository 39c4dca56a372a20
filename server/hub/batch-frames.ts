import type { JournalEvent } from '#organism/event.ts';

import type { BatchFrame } from './frame-ring.ts';
import { payloadOf, textFrame, textFrameHeader } from './text-frame.ts';

/** A batch in one frame; a larger one is cut, so that no reader swallows megabytes at once. */
const MAX_FRAME_EVENTS = 1000;
const MAX_FRAME_BYTES = 1 << 20;

/** An event and its JSON, written out once for everyone. */
export interface WrittenEvent {
  readonly event: JournalEvent;
  readonly json: string;
}

export interface BatchWriter {
  /** Contiguous frames over `(from, to]`; the last one reaches `to` even when no event does. */
  write(from: number, to: number, events: readonly WrittenEvent[]): BatchFrame[];
  /** A kept frame with the time of now, so that a batch sent again tells the truth. */
  again(frame: BatchFrame): readonly Buffer[];
}

export function writeOut(events: readonly JournalEvent[]): WrittenEvent[] {
  return events.map((event) => ({ event, json: JSON.stringify(event) }));
}

export function createBatchWriter(epoch: string, now: () => number): BatchWriter {
  const epochJson = JSON.stringify(epoch);

  function frameOf(from: number, to: number, parts: readonly string[]): BatchFrame {
    const head = `{"kind":"batch","epoch":${epochJson},"from":${from},"to":${to},"events":[`;
    const tail = sentAtTail(now());
    const wire = textFrame(`${head}${parts.join(',')}]`, tail);
    return { from, to, wire, body: payloadOf(wire).subarray(0, -tail.length) };
  }

  return {
    write(from, to, events) {
      const frames: BatchFrame[] = [];
      let parts: string[] = [];
      let bytes = 0;
      let start = from;
      for (const [index, { event, json }] of events.entries()) {
        parts.push(json);
        bytes += json.length;
        const isLast = index === events.length - 1;
        const isFull = parts.length >= MAX_FRAME_EVENTS || bytes >= MAX_FRAME_BYTES;
        if (!isFull || isLast) continue;
        frames.push(frameOf(start, event.seq, parts));
        start = event.seq;
        parts = [];
        bytes = 0;
      }
      frames.push(frameOf(start, to, parts));
      return frames;
    },
    again({ body }) {
      const tail = Buffer.from(sentAtTail(now()));
      return [textFrameHeader(body.length + tail.length), body, tail];
    },
  };
}

/** The end of every frame that tells the time: written last, when it leaves. */
export function sentAtTail(sentAt: number): string {
  return `,"sentAt":${sentAt}}`;
}
