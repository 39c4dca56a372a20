import type { DraftOf, EventDraft, EventType } from '#organism/event.ts';
import { eventDraftSchema } from '#organism/event.ts';

import type {
  Delivery,
  DeliveryOutcome,
  Schedule,
  SourceDeps,
  UnreadableInput,
} from '../source.ts';

/** A stand-in for the journal: folds by key like it, and lets a test wait for what arrives. */
export interface Recorder {
  readonly deps: SourceDeps;
  /** Accepted drafts, in order, each key once. */
  readonly drafts: readonly EventDraft[];
  readonly rejects: readonly UnreadableInput[];
  readonly deliveries: readonly Delivery[];
  readonly cursors: Readonly<Record<string, string>>;
  readonly counts: { received: number; accepted: number; duplicate: number; rejected: number };
  /** Keys that came again with another body. */
  readonly conflicts: readonly string[];
  readonly logged: readonly string[];
  /** The most deliveries that were under way at one time. */
  readonly mostAtOnce: number;
  of<T extends EventType>(type: T): DraftOf<T>[];
  /** Resolves once the condition holds; asks after every delivery and whenever poked. */
  until(what: string, condition: () => boolean): Promise<void>;
  poke(): void;
  /** Holds deliveries until released: a slow store. */
  hold(): void;
  release(): void;
  /** Lets the next deliveries fail. */
  failNext(times: number): void;
}

/** Whatever a source waits for happens almost at once. */
export const scheduleSoon: Schedule = (_delayMs, run) => realSchedule(SOON_MS, run);
const SOON_MS = 5;

const realSchedule: Schedule = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

export function createRecorder(
  options: {
    cursors?: Record<string, string> | undefined;
    schedule?: Schedule | undefined;
    now?: (() => number) | undefined;
    /** The same as `now` where a test brings only that. */
    elapsed?: (() => number) | undefined;
    isWatched?: (() => boolean) | undefined;
  } = {},
): Recorder {
  const drafts: EventDraft[] = [];
  const rejects: UnreadableInput[] = [];
  const deliveries: Delivery[] = [];
  const conflicts: string[] = [];
  const logged: string[] = [];
  const cursors: Record<string, string> = { ...options.cursors };
  const bodies = new Map<string, string>();
  const counts = { received: 0, accepted: 0, duplicate: 0, rejected: 0 };
  let waiters: { condition: () => boolean; resolve: () => void }[] = [];
  let gate: Promise<void> = Promise.resolve();
  let openGate: () => void = () => undefined;
  let failures = 0;
  let atOnce = 0;
  let mostAtOnce = 0;

  function poke(): void {
    const ready = waiters.filter((waiter) => waiter.condition());
    waiters = waiters.filter((waiter) => !ready.includes(waiter));
    for (const waiter of ready) waiter.resolve();
  }

  function accept(draft: EventDraft): 'accepted' | 'duplicate' | 'rejected' {
    const known = bodies.get(draft.key);
    const isValid = eventDraftSchema.safeParse(draft).success;
    if (!isValid) return 'rejected';
    const body = JSON.stringify(draft);
    if (known === body) return 'duplicate';
    const isFact = draft.type === 'message' || draft.type === 'usage';
    const mayDiffer = !isFact || draft.mayRepeat === true || 'mayAmend' in draft;
    if (known !== undefined && mayDiffer) return 'duplicate';
    if (known !== undefined) {
      conflicts.push(draft.key);
      return 'rejected';
    }
    bodies.set(draft.key, body);
    drafts.push(draft);
    return 'accepted';
  }

  async function deliver(delivery: Delivery): Promise<DeliveryOutcome> {
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    await gate;
    atOnce -= 1;
    if (failures > 0) {
      failures -= 1;
      throw new Error('the store refuses');
    }
    const outcome = { accepted: 0, duplicate: 0, rejected: delivery.rejects?.length ?? 0 };
    for (const draft of delivery.drafts) outcome[accept(draft)] += 1;
    rejects.push(...(delivery.rejects ?? []));
    Object.assign(cursors, delivery.cursors);
    deliveries.push(delivery);
    counts.received += delivery.drafts.length + (delivery.rejects?.length ?? 0);
    counts.accepted += outcome.accepted;
    counts.duplicate += outcome.duplicate;
    counts.rejected += outcome.rejected;
    poke();
    return outcome;
  }

  return {
    deps: {
      deliver,
      getCursor: async (name) => cursors[name] ?? null,
      isWatched: options.isWatched ?? (() => true),
      log: {
        info: (_fields, message) => logged.push(message),
        warn: (_fields, message) => logged.push(message),
      },
      now: options.now ?? Date.now,
      elapsed: options.elapsed ?? options.now ?? (() => performance.now()),
      random: Math.random,
      schedule: options.schedule ?? realSchedule,
    },
    drafts,
    rejects,
    deliveries,
    cursors,
    counts,
    conflicts,
    logged,
    get mostAtOnce() {
      return mostAtOnce;
    },
    of: <T extends EventType>(type: T) =>
      drafts.filter((draft): draft is DraftOf<T> => draft.type === type),
    until(what, condition) {
      if (condition()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const timeout = setTimeout(() => reject(new Error(`waited in vain: ${what}`)), 25_000);
        waiters.push({
          condition,
          resolve: () => {
            clearTimeout(timeout);
            resolve();
          },
        });
      });
    },
    poke,
    hold() {
      gate = new Promise((resolve) => {
        openGate = resolve;
      });
    },
    release: () => openGate(),
    failNext(times) {
      failures = times;
    },
  };
}
