import type { Connection } from '../connection.ts';
import type { EventProjector } from './event-projector.ts';
import type { OrganismProjection } from './organism-projection.ts';
import type { StoredEvents } from './stored-events.ts';
import { createUnsettledRange } from './unsettled-range.ts';

/**
 * Keeps changes of threads, agents, organisms and rollups in memory over several commits: a small
 * commit would cost three times as much with them. The journal has what they are made of, so what
 * is lost in a crash or a rollback is gathered anew from there.
 */
export interface Settlement {
  /** Before anything is gathered in a transaction: makes up for what was lost. */
  prepare(): void;
  /** The event at this position was gathered. */
  note(seq: number): void;
  /** Says in the transaction what it leaves unsettled. */
  flush(): void;
  /** Writes all that was gathered, in the transaction under way. */
  settle(): void;
  isSettled(): boolean;
  /** Rows and events in memory, about. */
  gathered(): number;
  /** After a rollback. */
  reset(): void;
}

interface SettlementDeps {
  readonly projector: EventProjector;
  readonly organisms: OrganismProjection;
  readonly storedEvents: StoredEvents;
}

export function createSettlement(db: Connection, deps: SettlementDeps): Settlement {
  const { projector, organisms, storedEvents } = deps;
  const range = createUnsettledRange(db);
  let isLost = true;
  /** Of what is gathered; 0 where nothing is. */
  let first = 0;
  let last = 0;
  /** The last position of the range as the database has it. */
  let saved = 0;

  function replay(seq: number): void {
    const event = storedEvents.read(seq);
    // Nothing is pruned before it is settled.
    if (event === null) return;
    const organism = organisms.get(event.organismId);
    organisms.countEvent(organism, seq, event.receivedAt);
    projector.replay(organism, seq, event);
  }

  function prepare(): void {
    if (!isLost) return;
    const unsettled = range.read();
    first = unsettled?.first ?? 0;
    last = unsettled?.last ?? 0;
    saved = last;
    if (unsettled !== null) for (let seq = first; seq <= last; seq += 1) replay(seq);
    isLost = false;
  }

  return {
    prepare,
    note(seq) {
      if (first === 0) first = seq;
      last = seq;
    },
    flush() {
      if (last === saved) return;
      range.save({ first, last });
      saved = last;
    },
    settle() {
      prepare();
      if (first === 0) return;
      projector.settle();
      organisms.settle();
      if (saved > 0) range.clear();
      first = last = saved = 0;
    },
    isSettled: () => (isLost ? range.read() === null : first === 0),
    gathered: () => projector.gathered() + (first === 0 ? 0 : last - first + 1),
    reset() {
      projector.reset();
      organisms.reset();
      isLost = true;
    },
  };
}
