import type { ModelCall } from './models.ts';
import type { LabEvent } from './world-types.ts';

type CountedEvent = LabEvent['event'] | 'usage';

/** The oracle: everything the lab ever emitted, so that a test can compare exact counts. */
export interface LabRecord {
  /** Emitted since the server was made, over all its lives. */
  readonly emitted: Readonly<Record<CountedEvent, number>>;
  /** Ids of every message, oldest first, over all lives. */
  readonly messageIds: readonly string[];
  readonly threadIds: readonly string[];
  /** Every model call, stored or not. */
  readonly calls: readonly ModelCall[];
  /** Entries not kept because a list was full; counts above go on. */
  readonly unkept: number;
  total(): number;
}

/** Enough for minutes at full rate; a demo that runs for days stays small. */
const MAX_KEPT = 250_000;

export interface LabRecorder {
  readonly record: LabRecord;
  event(event: LabEvent): void;
  call(call: ModelCall): void;
}

export function createRecorder(): LabRecorder {
  const emitted: Record<CountedEvent, number> = {
    agent_state: 0,
    message: 0,
    thread_created: 0,
    thread_updated: 0,
    error: 0,
    reload: 0,
    usage: 0,
  };
  const messageIds: string[] = [];
  const threadIds: string[] = [];
  const calls: ModelCall[] = [];
  let unkept = 0;

  function keep<T>(list: T[], item: T): void {
    if (list.length < MAX_KEPT) list.push(item);
    else unkept += 1;
  }

  return {
    record: {
      emitted,
      messageIds,
      threadIds,
      calls,
      get unkept() {
        return unkept;
      },
      total: () => Object.values(emitted).reduce((sum, count) => sum + count, 0),
    },
    event(event) {
      emitted[event.event] += 1;
      if (event.event === 'message') keep(messageIds, event.message.id);
      if (event.event === 'thread_created') keep(threadIds, event.thread.id);
    },
    call(call) {
      emitted.usage += 1;
      keep(calls, call);
    },
  };
}
