import type { Store } from '#db/store.ts';
import type { JournalEvent } from '#organism/event.ts';

import { createByteBudget } from '../ingest/byte-budget.ts';
import { createIngest } from '../ingest/ingest.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { OrganismLimit } from '../ingest/organism-limit.ts';
import { publishTogether } from '../ingest/publish-together.ts';
import type { Push, PushDeps } from '../ingest/push.ts';
import { createPush } from '../ingest/push.ts';
import type { SocketDoor } from '../ingest/socket-door.ts';
import { createSocketDoor } from '../ingest/socket-door.ts';
import type { Guard } from '../safety/guard.ts';
import { createReceivers } from '../sources/create-receivers.ts';
import type { Schedule, SourceLog } from '../sources/source.ts';
import type { EventsDoor } from './events-door.ts';
import { createEventsDoor } from './events-door.ts';
import { createOriginReader } from './events-origin.ts';
import type { Problem } from './problem.ts';
import type { ReceiverDoor } from './receiver-door.ts';
import { createReceiverDoor } from './receiver-door.ts';

/** What the doors hold, and since the start what they turned away. */
export interface DoorCounters {
  /** Pushed events that wait for their commit. */
  readonly pendingEvents: number;
  /** Pushes told to come again because too much was waiting. */
  readonly refusedPushes: number;
  /** Requests of pushed events that were refused as a whole, for whatever reason. */
  readonly refusedRequests: number;
  /** Open sockets of senders. */
  readonly senders: number;
  readonly refusedSenders: number;
  readonly terminatedSenders: number;
  /** Bodies of upstreams told to come again because too much was held. */
  readonly turnedAwayBodies: number;
}

/** Every way into the journal: for sources that dial, for programs that push, for what is posted. */
export interface Doors {
  readonly ingest: Ingest;
  readonly events: EventsDoor;
  readonly senders: SocketDoor;
  readonly receivers: ReceiverDoor;
  readonly counters: () => DoorCounters;
}

export interface DoorsDeps {
  readonly ingestDeps: Omit<PushDeps, 'publish'> & {
    readonly store: Pick<Store, 'getCursor'>;
    readonly publish: (events: readonly JournalEvent[]) => void;
  };
  /** Whether a source of that name is read by ourselves. */
  readonly isTaken: (source: string) => boolean;
  /** Why nothing is taken now; null when all is well. */
  readonly admit: () => Problem | null;
  /** Of organisms that senders name. */
  readonly limit: OrganismLimit;
  readonly guard: Pick<Guard, 'guardRequest'>;
  readonly logOf: (source: string) => SourceLog;
  readonly log: {
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** Tokens a thread has used so far; 0 where it is not known. */
  readonly threadTokens: (organismId: string, threadId: string) => Promise<number>;
  /** Where a runtime that asks is told to stop a thread; null: never. */
  readonly stopAtTokens: number | null;
  readonly schedule: Schedule;
  /** Tests bring their own. */
  readonly receivers?: typeof createReceivers | undefined;
}

export function createDoors(deps: DoorsDeps): Doors {
  const { isTaken, admit, limit, guard, logOf, log } = deps;
  const ingestDeps = { ...deps.ingestDeps, publish: publishTogether(deps.ingestDeps.publish) };
  const ingest = createIngest(ingestDeps);
  const receivers = createReceiverDoor({
    receivers: (deps.receivers ?? createReceivers)((kind) => ({
      async deliver(organismId, delivery, source = kind) {
        // What brings no events makes no organism up.
        if (delivery.drafts.length > 0) limit.admit(organismId);
        return ingest.deliver({ source, organismId }, delivery);
      },
      getCursor: (name) => ingestDeps.store.getCursor(kind, name),
      redact: (value) => ingestDeps.preparation.redactValue(value),
      threadTokens: deps.threadTokens,
      stopAtTokens: deps.stopAtTokens,
      log: logOf(kind),
      now: ingestDeps.now,
      schedule: deps.schedule,
    })),
    admit,
    async quarantine(source, input) {
      await ingest.deliver({ source, organismId: source }, { drafts: [], rejects: [input] });
    },
    log,
  });
  const push = createPush(ingestDeps);
  const shared = {
    push,
    originOf: createOriginReader({
      isTaken: (name) => isTaken(name) || receivers.list().some(({ kind }) => kind === name),
      limit,
    }),
    budget: createByteBudget(),
    admit,
    log,
  };
  const events = createEventsDoor(shared);
  const senders = createSocketDoor({ ...shared, guard });
  const parts = { push, events, senders, receivers };
  return { ingest, events, senders, receivers, counters: () => countersOf(parts) };
}

function countersOf({
  push,
  events,
  senders,
  receivers,
}: Pick<Doors, 'events' | 'senders' | 'receivers'> & {
  readonly push: Pick<Push, 'stats'>;
}): DoorCounters {
  const { pendingEvents, refused: refusedPushes } = push.stats();
  const { open, refused: refusedSenders, terminated: terminatedSenders } = senders.stats();
  return {
    pendingEvents,
    refusedPushes,
    refusedRequests: events.stats().refused,
    senders: open,
    refusedSenders,
    terminatedSenders,
    turnedAwayBodies: receivers.turnedAway(),
  };
}
