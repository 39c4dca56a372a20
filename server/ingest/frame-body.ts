import type { EventBody, PushedInput } from './event-body.ts';
import { readJsonBody, readLines } from './event-body.ts';

/** The largest text frame a sender of events may send. */
export const MAX_FRAME_BYTES = 8 << 20;
const MAX_REF_CHARS = 128;
const MAX_REF_LINE_CHARS = 2 * MAX_REF_CHARS;

/** One text frame: the events in it, and the sender's own name for it where it gave one. */
export interface FrameBody {
  readonly ref: string | number | null;
  readonly body: EventBody;
}

/**
 * Reads an array or lines of events. An object with `ref` and no `type` in the first place is no
 * event but the sender's name for the frame, which comes back with the answer.
 */
export function readFrame(text: string): FrameBody {
  const body = /^\s*\[/.test(text) ? readJsonBody(text, MAX_FRAME_BYTES) : readLines(text);
  if (!body.ok) return { ref: null, body };
  const ref = refOf(body.inputs[0]);
  return ref === null ? { ref, body } : { ref, body: { ...body, inputs: body.inputs.slice(1) } };
}

function refOf(first: PushedInput | undefined): string | number | null {
  if (first === undefined) return null;
  const draft = 'draft' in first ? first.draft : parseShort(first.line);
  if (typeof draft !== 'object' || draft === null || 'type' in draft || !('ref' in draft)) {
    return null;
  }
  const { ref } = draft;
  if (typeof ref === 'string') return ref.slice(0, MAX_REF_CHARS);
  return typeof ref === 'number' ? ref : null;
}

/** A name for a frame is short: whatever is longer is an event, and read as one later. */
function parseShort(line: string): unknown {
  if (line.length > MAX_REF_LINE_CHARS || !line.includes('"ref"')) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
