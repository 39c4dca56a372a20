import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Store } from '#db/store.ts';
import { StoreError } from '#db/store.ts';

import type { PushedInput, PushedInputs } from './event-body.ts';
import { APPEND_DRAFTS, SLICE_DRAFTS } from './ingest.ts';
import type { DeliveryOrigin, Part, PartsDeps } from './parts.ts';
import { createParts } from './parts.ts';
import type { PushOutcome, PushTally } from './push-tally.ts';
import { createPushTally } from './push-tally.ts';

/** Events taken and not yet answered, of all senders together: beyond it they are told to wait. */
const MAX_PENDING_EVENTS = 50_000;
/** What is read and redacted in one turn of the event loop: some 30 ms of the worst there is. */
const SLICE_CHARS = 1 << 19;
/** Worth a commit: the writer begins with them while the rest of the turn is still being read. */
const EARLY_DRAFTS = 16;

export interface PushStats {
  readonly pendingEvents: number;
  /** Pushes told to come again because too much was pending. */
  readonly refused: number;
}

/** The door for programs that send events to us. */
export interface Push {
  /**
   * Takes inputs through the journal. Those that arrive in one turn from one origin (the same object)
   * share appends, in the order of their arrival.
   */
  push(from: DeliveryOrigin, inputs: PushedInputs): Pushed;
  stats(): PushStats;
}

export interface Pushed {
  /** Resolves when the next push of the same sender may follow without overtaking this one. */
  readonly taken: Promise<void>;
  /**
   * Resolves after the commit of all of it.
   * @throws StoreError: send all of it again; what was stored by then will count as duplicate
   */
  readonly outcome: Promise<PushOutcome>;
}

/** A part that still takes inputs. `owners` and `indexes` say whose each of its events is. */
interface OpenPart {
  readonly from: DeliveryOrigin;
  readonly part: Part;
  readonly owners: PushTally[];
  readonly indexes: number[];
  readonly tallies: Set<PushTally>;
}

export type PushDeps = PartsDeps & { readonly store: Pick<Store, 'lastSeq'> };

export function createPush(deps: PushDeps): Push {
  const parts = createParts(deps);
  const open = new Map<DeliveryOrigin, OpenPart>();
  let largeOnes = TAKEN;
  let pendingEvents = 0;
  let refused = 0;

  function partFor(from: DeliveryOrigin): OpenPart {
    const known = open.get(from);
    if (known !== undefined) return known;
    const fresh: OpenPart = {
      from,
      part: parts.empty(),
      owners: [],
      indexes: [],
      tallies: new Set(),
    };
    open.set(from, fresh);
    // The rest of this turn's arrivals join the append.
    setImmediate(() => close(fresh));
    return fresh;
  }

  function close(closing: OpenPart): void {
    if (open.get(closing.from) !== closing) return;
    open.delete(closing.from);
    void commit(closing);
  }

  async function commit({ from, part, owners, indexes, tallies }: OpenPart): Promise<void> {
    try {
      const { outcomes } = await parts.commit(from, part);
      outcomes.forEach((outcome, i) => owners[i]?.note(indexes[i] ?? 0, outcome));
      const lastSeq = await deps.store.lastSeq();
      for (const tally of tallies) tally.leave(lastSeq);
    } catch (error) {
      for (const tally of tallies) tally.fail(error);
    }
  }

  function take(from: DeliveryOrigin, tally: PushTally, index: number, input: PushedInput): void {
    const target = partFor(from);
    if (!target.tallies.has(tally)) {
      target.tallies.add(tally);
      tally.join();
    }
    const refusal =
      'line' in input
        ? parts.addLine(target.part, input.line, { source: from.source, index })
        : parts.addDraft(target.part, input.draft, from.source);
    if (refusal === null) {
      target.owners.push(tally);
      target.indexes.push(index);
    } else tally.refuse({ index, reason: refusal.reason, detail: refusal.detail });
    if (target.part.events.length >= APPEND_DRAFTS) close(target);
  }

  /** Several turns, one push at a time: however many are sent, a turn stays short. */
  async function takeSlices(
    from: DeliveryOrigin,
    tally: PushTally,
    inputs: readonly PushedInput[],
    slice: number,
  ): Promise<void> {
    for (const [index, input] of inputs.entries()) {
      if (index > 0 && index % slice === 0) await nextTurn();
      take(from, tally, index, input);
    }
  }

  function takeAll(
    from: DeliveryOrigin,
    tally: PushTally,
    { inputs, chars }: PushedInputs,
  ): Promise<void> {
    const light = Math.floor((SLICE_CHARS * inputs.length) / chars);
    const slice = Math.max(1, Math.min(SLICE_DRAFTS, light));
    if (inputs.length > slice) {
      const taken = largeOnes.then(() => takeSlices(from, tally, inputs, slice));
      largeOnes = taken.catch(() => undefined);
      return taken;
    }
    for (const [index, input] of inputs.entries()) take(from, tally, index, input);
    const taken = open.get(from);
    if (taken !== undefined && taken.part.events.length >= EARLY_DRAFTS) close(taken);
    return TAKEN;
  }

  function refuse(): Pushed {
    refused += 1;
    const text = `${pendingEvents} pushed events already wait for the writer`;
    return { taken: TAKEN, outcome: Promise.reject(new StoreError('busy', text)) };
  }

  return {
    push(from, pushed) {
      const { length } = pushed.inputs;
      if (pendingEvents > 0 && pendingEvents + length > MAX_PENDING_EVENTS) return refuse();
      pendingEvents += length;
      let taken = TAKEN;
      const outcome = new Promise<PushOutcome>((resolve, reject) => {
        const tally = createPushTally(resolve, reject);
        tally.join();
        taken = takeAll(from, tally, pushed)
          .then(() => deps.store.lastSeq())
          .then(
            (lastSeq) => tally.leave(lastSeq),
            (error: unknown) => tally.fail(error),
          );
      }).finally(() => {
        pendingEvents -= length;
      });
      return { taken, outcome };
    },
    stats: () => ({ pendingEvents, refused }),
  };
}

const TAKEN = Promise.resolve();
