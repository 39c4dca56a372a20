import { applyAll } from '#organism/apply.ts';
import type { JournalEvent } from '#organism/event.ts';
import type { LiveFrame, LiveResume } from '#organism/live/protocol.ts';
import { toSnapshot } from '#organism/snapshot.ts';
import { emptyOrganism } from '#organism/state.ts';

/** The server's side of `organoscope.v1` as its contract says it, for tests of the client. */
export interface LiveServerModel {
  readonly epoch: string;
  readonly head: number;
  /** Stores events at even positions: the odd one after them is another organism's. */
  append(events: readonly JournalEvent[]): void;
  /** The answer to a resume; from then on `next` goes on from the head. */
  resume(command: LiveResume): LiveFrame;
  /** What the client has not been sent yet, or a heartbeat. */
  next(): LiveFrame;
}

export function createLiveServerModel(options: {
  organismId: string;
  epoch?: string;
  now: () => number;
  /** How many of the newest events can still be resumed over; all by default. */
  retained?: number;
}): LiveServerModel {
  const { organismId, epoch = 'e1', now, retained = Number.POSITIVE_INFINITY } = options;
  const journal: JournalEvent[] = [];
  let head = 0;
  let sentTo = 0;

  function batch(from: number): LiveFrame {
    const events = journal.filter((event) => event.seq > from);
    sentTo = head;
    return { kind: 'batch', epoch, from, to: head, events, sentAt: now() };
  }

  function reset(reason: 'first' | 'epoch' | 'too-old'): LiveFrame {
    const snapshot = toSnapshot(applyAll(emptyOrganism(organismId), journal));
    sentTo = head;
    return { kind: 'reset', epoch, reason, to: head, snapshot, sentAt: now() };
  }

  return {
    epoch,
    get head() {
      return head;
    },
    append(events) {
      journal.push(...events);
      head = Math.max(head, (events.at(-1)?.seq ?? head) + 1);
    },
    resume({ epoch: theirs, since }) {
      if (theirs === null || theirs === undefined || since === null || since === undefined) {
        return reset('first');
      }
      if (theirs !== epoch || since > head) return reset('epoch');
      return journal.filter((event) => event.seq > since).length > retained
        ? reset('too-old')
        : batch(since);
    },
    next() {
      return sentTo < head ? batch(sentTo) : { kind: 'heartbeat', epoch, to: head, sentAt: now() };
    },
  };
}
