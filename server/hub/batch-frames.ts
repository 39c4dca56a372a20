import type { JournalEvent } from '#organism/event.ts';

import type { FrameMemory } from './frame-memory.ts';
import type { BatchFrame } from './frame-ring.ts';
import { emptyTextFrame, payloadOf, textFrameHeader } from './text-frame.ts';

/** A batch in one frame; a larger one is cut, so that no reader swallows megabytes at once. */
const MAX_FRAME_EVENTS = 1000;
const MAX_FRAME_BYTES = 1 << 20;
const COMMA = 0x2c;

/** Events and their JSON, written out once for everyone. */
export interface WrittenEvents {
  readonly events: readonly JournalEvent[];
  /** With a comma between them. */
  readonly bytes: Buffer;
  /** Where each one ends in `bytes`. */
  readonly ends: readonly number[];
}

export interface Choice {
  readonly places: readonly number[];
  readonly memory: FrameMemory;
}

export interface BatchWriter {
  /**
   * Contiguous frames over `(from, to]`; the last one reaches `to` even when no event does.
   * @param choice which of the events, in order, and where to; all of them when absent
   */
  write(from: number, to: number, written: WrittenEvents, choice?: Choice): BatchFrame[];
  /** A kept frame with the time of now, so that a batch sent again tells the truth. */
  again(frame: BatchFrame): readonly Buffer[];
}

/** Stretches of written events: where each one starts and ends, in turn. */
type Stretches = number[];

export function writeOut(events: readonly JournalEvent[]): WrittenEvents {
  const texts = events.map((event) => JSON.stringify(event));
  let end = -1;
  const ends = texts.map((text) => (end += Buffer.byteLength(text) + 1));
  return { events, bytes: Buffer.from(texts.join(',')), ends };
}

export const NO_EVENTS = writeOut([]);

/** Events written at different times, one after the other. @param parts none of them empty */
export function joinWritten(parts: readonly WrittenEvents[], memory: FrameMemory): WrittenEvents {
  const length = parts.reduce((sum, { bytes }) => sum + bytes.length + 1, -1);
  const joined = memory.take(length);
  const events: JournalEvent[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const part of parts) {
    if (at > 0) joined[at++] = COMMA;
    for (const end of part.ends) ends.push(at + end);
    for (const event of part.events) events.push(event);
    at += part.bytes.copy(joined, at);
  }
  return { events, bytes: joined, ends };
}

export function createBatchWriter(epoch: string, now: () => number): BatchWriter {
  const epochJson = JSON.stringify(epoch);

  function frameOf(
    { from, to }: { from: number; to: number },
    bytes: Buffer,
    stretches: Stretches,
    memory: FrameMemory | undefined,
  ): BatchFrame {
    const head = `{"kind":"batch","epoch":${epochJson},"from":${from},"to":${to},"events":[`;
    const tail = sentAtTail(now());
    const commas = Math.max(0, stretches.length / 2 - 1);
    let length = Buffer.byteLength(head) + commas + 1 + tail.length;
    for (let i = 1; i < stretches.length; i += 2) length += lengthOf(stretches, i);
    const wire = emptyTextFrame(length, memory?.take);
    const payload = payloadOf(wire);
    let at = payload.write(head);
    for (let i = 1; i < stretches.length; i += 2) {
      if (i > 1) payload[at++] = COMMA;
      at += bytes.copy(payload, at, stretches[i - 1], stretches[i]);
    }
    payload.write(`]${tail}`, at);
    return { from, to, wire, body: payload.subarray(0, -tail.length) };
  }

  return {
    write(from, to, { events, bytes, ends }, choice) {
      const { places = [...events.keys()], memory } = choice ?? {};
      const frames: BatchFrame[] = [];
      let stretches: Stretches = [];
      let count = 0;
      let size = 0;
      let opened = from;
      for (const place of places) {
        if (count >= MAX_FRAME_EVENTS || size >= MAX_FRAME_BYTES) {
          const reached = events[place - 1]?.seq ?? opened;
          frames.push(frameOf({ from: opened, to: reached }, bytes, stretches, memory));
          [opened, stretches, count, size] = [reached, [], 0, 0];
        }
        const start = place === 0 ? 0 : (ends[place - 1] ?? 0) + 1;
        const end = ends[place] ?? start;
        // Neighbours are copied in one piece, their comma with them.
        if (stretches.at(-1) === start - 1) stretches[stretches.length - 1] = end;
        else stretches.push(start, end);
        count += 1;
        size += end - start;
      }
      frames.push(frameOf({ from: opened, to }, bytes, stretches, memory));
      return frames;
    },
    again({ body }) {
      const tail = Buffer.from(sentAtTail(now()));
      return [textFrameHeader(body.length + tail.length), body, tail];
    },
  };
}

function lengthOf(stretches: Stretches, end: number): number {
  return (stretches[end] ?? 0) - (stretches[end - 1] ?? 0);
}

/** The end of every frame that tells the time: written last, when it leaves. */
export function sentAtTail(sentAt: number): string {
  return `,"sentAt":${sentAt}}`;
}
