/** Frames between the socket's handler, which must never wait, and the pump, which does. */
export interface InboxFrame {
  readonly text: string;
  /** Epoch milliseconds of arrival. */
  readonly at: number;
  /** From the socket whose state news counts; a probe's does not. */
  readonly isPrimary: boolean;
}

export interface Inbox {
  /** @returns false when the inbox was full and the frame was dropped */
  push(frame: InboxFrame): boolean;
  /** The oldest frames, as many as one slice of work may hold. */
  take(): InboxFrame[];
  readonly isEmpty: boolean;
  /** When the frame that waits longest arrived, epoch milliseconds; null when none waits. */
  readonly waitingSince: number | null;
  readonly dropped: number;
}

export interface InboxLimits {
  readonly maxFrames?: number | undefined;
  readonly maxChars?: number | undefined;
}

/**
 * About 20 s at 5,000 frames a second. The upstream itself remembers its last 10,000 messages: what is
 * dropped here after that is gone, so a process that stood still must be able to hold more.
 */
const MAX_INBOX_FRAMES = 100_000;
const MAX_INBOX_CHARS = 64 * 1024 * 1024;
/** What is parsed in one turn of the event loop, to keep it under some tens of milliseconds. */
const SLICE_FRAMES = 500;
const SLICE_CHARS = 1024 * 1024;

/** When full it drops the newest and counts: what was dropped is read again by REST. */
export function createInbox(limits: InboxLimits = {}): Inbox {
  const { maxFrames = MAX_INBOX_FRAMES, maxChars = MAX_INBOX_CHARS } = limits;
  let frames: InboxFrame[] = [];
  let head = 0;
  let chars = 0;
  let dropped = 0;
  return {
    push(frame) {
      if (frames.length - head >= maxFrames || chars + frame.text.length > maxChars) {
        dropped += 1;
        return false;
      }
      frames.push(frame);
      chars += frame.text.length;
      return true;
    },
    take() {
      const slice: InboxFrame[] = [];
      let sliceChars = 0;
      for (let frame = frames[head]; frame !== undefined; frame = frames[head]) {
        if (slice.length >= SLICE_FRAMES) break;
        if (slice.length > 0 && sliceChars + frame.text.length > SLICE_CHARS) break;
        slice.push(frame);
        sliceChars += frame.text.length;
        head += 1;
      }
      chars -= sliceChars;
      if (head === frames.length || head > maxFrames) {
        frames = frames.slice(head);
        head = 0;
      }
      return slice;
    },
    get isEmpty() {
      return head === frames.length;
    },
    get waitingSince() {
      return frames[head]?.at ?? null;
    },
    get dropped() {
      return dropped;
    },
  };
}
