import type { Store } from '#db/store.ts';
import { applyAll } from '#organism/apply.ts';
import { HOUR_MS } from '#organism/durations.ts';
import type { JournalEvent } from '#organism/event.ts';
import type { OrganismState } from '#organism/state.ts';
import { emptyOrganism } from '#organism/state.ts';

import type { HotPicture } from './hot-pictures.ts';
import { createHotPictures } from './hot-pictures.ts';
import type { OrganismCard } from './organism-card.ts';
import { cardOf, isBareName } from './organism-card.ts';
import type { KeptPicture, PictureStoreDeps } from './picture-store.ts';
import { createPictureStore } from './picture-store.ts';

/** An organism nobody used for so long gives its memory back, however few there are. */
const IDLE_MS = HOUR_MS;
/** What was used within it does not give way to an organism that is merely told of. */
const STAY_MS = 60_000;
/** Pictures put away in search of room: those that move meanwhile stay. */
const MAX_TRIES = 8;

/** The pictures in use in memory; of the others a card, and the rest in the store. */
export interface Pictures {
  /**
   * Reads them, the most recent first.
   * @returns how many events had to be read from the journal
   */
  restore(): Promise<number>;
  /** Makes an organism known that has no events yet, or brings it back. */
  begin(organismId: string): void;
  /** Null: its picture is not in memory. The journal has the events, and it is read back when there is room. */
  fold(organismId: string, events: readonly JournalEvent[]): Folded | null;
  isKnown(organismId: string): boolean;
  get(organismId: string): OrganismState | undefined;
  /** Reads it back from the store where it is idle, whatever the room; null when nobody knows it. */
  fetch(organismId: string): Promise<OrganismState | null>;
  card(organismId: string): OrganismCard | undefined;
  isBareName(organismId: string): boolean;
  /** Of all that are known. */
  names(): readonly string[];
  /** Saves those that moved, puts away what is idle, and reads back what has events to be folded in. */
  settle(): Promise<void>;
  stats(): PictureStats;
}

export interface Folded {
  readonly before: OrganismState;
  readonly state: OrganismState;
}

export interface PictureStats {
  /** Pictures in memory. */
  readonly hot: number;
  /** That left the memory, and that came back, since the start. */
  readonly putAway: number;
  readonly broughtBack: number;
}

export interface PicturesDeps {
  readonly store: PictureStoreDeps & Pick<Store, 'listOrganisms'>;
  /** Pictures in memory; what is pinned may be more. */
  readonly maxHot: number;
  /** Of a clock that never jumps. */
  readonly monotonicMs: () => number;
  /** What may not leave the memory. */
  readonly isPinned: (organismId: string) => boolean;
  readonly onPutAway: (organismId: string) => void;
}

interface IdleOrganism {
  readonly card: OrganismCard;
  /** Of its last event that was published. */
  readonly lastSeq: number;
}

export function createPictures(deps: PicturesDeps): Pictures {
  const { store, maxHot, isPinned } = deps;
  const kept = createPictureStore(store);
  const hot = createHotPictures(deps);
  const idle = new Map<string, IdleOrganism>();
  const known = new Set<string>();
  const loading = new Map<string, Promise<void>>();
  /** Idle ones with events that are not in their card. */
  const behind = new Set<string>();
  const counts = { putAway: 0, broughtBack: 0 };
  let catchingUp: Promise<void> | null = null;

  function noteBehind(organismId: string, lastSeq: number): void {
    const card = idle.get(organismId)?.card ?? cardOf(emptyOrganism(organismId));
    idle.set(organismId, { card, lastSeq });
    behind.add(organismId);
    // What goes wrong is met again, and told, when all are settled.
    void catchUp().catch(() => undefined);
  }

  function catchUp(): Promise<void> {
    catchingUp ??= catchUpEach().finally(() => {
      catchingUp = null;
    });
    return catchingUp;
  }

  async function catchUpEach(): Promise<void> {
    for (const organismId of behind) {
      await bringBack(organismId, isPinned(organismId) ? 0 : STAY_MS);
      if (idle.has(organismId)) return;
    }
  }

  /**
   * One reading of an organism at a time, whoever asks.
   * @param idleMs for how long others must have been unused to give way; with 0 it is read in any case
   */
  function bringBack(organismId: string, idleMs: number): Promise<void> {
    const underway = loading.get(organismId);
    if (underway !== undefined) return underway;
    const done = Promise.resolve()
      .then(() => readBack(organismId, idleMs))
      .finally(() => loading.delete(organismId));
    loading.set(organismId, done);
    return done;
  }

  async function readBack(organismId: string, idleMs: number): Promise<void> {
    const hasRoom = await makeRoom(idleMs);
    if (!hasRoom && idleMs > 0) return;
    let lastSeq = lastSeqOf(organismId);
    let picture = await kept.read({ organismId, lastSeq });
    // What was published meanwhile is committed: the journal has it.
    for (let now = lastSeqOf(organismId); now > lastSeq; now = lastSeqOf(organismId)) {
      lastSeq = now;
      picture = await kept.replay(picture);
    }
    takeIn(picture);
    counts.broughtBack += 1;
  }

  function lastSeqOf(organismId: string): number {
    return idle.get(organismId)?.lastSeq ?? 0;
  }

  function takeIn({ state, savedSeq }: HotPicture): void {
    idle.delete(state.organismId);
    behind.delete(state.organismId);
    known.add(state.organismId);
    hot.use(state.organismId, { state, savedSeq });
  }

  function takeCard(state: OrganismState): void {
    known.add(state.organismId);
    idle.set(state.organismId, { card: cardOf(state), lastSeq: state.seq });
  }

  /** For all that are being read. */
  async function makeRoom(idleMs: number): Promise<boolean> {
    const isTooMany = (): boolean => hot.size + loading.size > maxHot;
    for (let tries = 0; isTooMany() && tries < MAX_TRIES; tries += 1) {
      const coldest = hot.coldest(idleMs);
      if (coldest === undefined) break;
      await putAway(coldest);
    }
    return !isTooMany();
  }

  async function putAway(organismId: string): Promise<void> {
    await save(organismId);
    const own = hot.get(organismId);
    // Only what the store has can leave; what was used while it was written stays.
    if (own === undefined || own.savedSeq !== own.state.seq || isPinned(organismId)) return;
    hot.delete(organismId);
    takeCard(own.state);
    counts.putAway += 1;
    deps.onPutAway(organismId);
  }

  async function save(organismId: string): Promise<void> {
    const own = hot.get(organismId);
    if (own === undefined || own.state.seq === own.savedSeq) return;
    await kept.save(own.state);
    hot.noteSaved(organismId, own.state.seq);
  }

  /** What is pinned and what is recent into memory, of the others a card. */
  async function restore(): Promise<number> {
    const stored = (await store.listOrganisms()).toSorted((a, b) => b.lastSeq - a.lastSeq);
    const pinned = stored.filter(({ organismId }) => isPinned(organismId));
    const rest = stored.filter(({ organismId }) => !isPinned(organismId));
    const room = Math.max(0, maxHot - hot.size);
    let replayed = 0;
    const readEach = async (
      positions: typeof stored,
      take: (picture: KeptPicture) => Promise<void> | void,
    ): Promise<void> => {
      for await (const picture of kept.readEach(positions)) {
        replayed += picture.replayed;
        await take(picture);
      }
    };
    // Those used last are taken in last: the others leave the memory before them.
    await readEach([...rest.slice(0, room).toReversed(), ...pinned], takeIn);
    await readEach(rest.slice(room), async (picture) => {
      if (picture.replayed > 0) await kept.save(picture.state);
      takeCard(picture.state);
    });
    return replayed;
  }

  return {
    restore,
    begin(organismId) {
      if (idle.has(organismId)) noteBehind(organismId, lastSeqOf(organismId));
      else if (!known.has(organismId)) takeIn(emptyPicture(organismId));
    },
    fold(organismId, events) {
      const hasRoom = !known.has(organismId) && hot.size < maxHot;
      known.add(organismId);
      const own = hot.get(organismId) ?? (hasRoom ? emptyPicture(organismId) : null);
      if (own === null) {
        noteBehind(organismId, events.at(-1)?.seq ?? 0);
        return null;
      }
      const state = applyAll(own.state, events);
      hot.use(organismId, { state, savedSeq: own.savedSeq });
      return { before: own.state, state };
    },
    isKnown: (organismId) => known.has(organismId),
    get: (organismId) => hot.get(organismId)?.state,
    async fetch(organismId) {
      // A reading that was begun for an event may have found no room.
      while (idle.has(organismId)) await bringBack(organismId, 0);
      const own = hot.get(organismId);
      if (own === undefined) return null;
      hot.use(organismId, own);
      return own.state;
    },
    card(organismId) {
      const own = hot.get(organismId);
      return own === undefined ? idle.get(organismId)?.card : cardOf(own.state);
    },
    isBareName(organismId) {
      const own = hot.get(organismId);
      if (own !== undefined) return isBareName(own.state);
      return idle.get(organismId)?.card.isBareName === true;
    },
    names: () => [...known],
    async settle() {
      for (const organismId of hot.ids()) await save(organismId);
      // Those that were watched may be more than there is room for.
      const spare = (): string | undefined => hot.coldest(hot.size > maxHot ? 0 : IDLE_MS);
      for (let id = spare(); id !== undefined; id = spare()) await putAway(id);
      await catchUp();
    },
    stats: () => ({ hot: hot.size, ...counts }),
  };
}

function emptyPicture(organismId: string): HotPicture {
  return { state: emptyOrganism(organismId), savedSeq: 0 };
}
