import type { JournalEvent } from '#organism/event.ts';
import type { OrganismState } from '#organism/state.ts';
import { totalTokens } from '#organism/tokens.ts';

import type { OrganismCard } from './organism-card.ts';
import type { Folded, PictureStats, PicturesDeps } from './pictures.ts';
import { createPictures } from './pictures.ts';

/** Live pictures in memory: at worst a few MB each. What is configured or watched comes on top. */
const MAX_HOT = 500;

/** One organism's share of a commit, already folded in. */
export interface Publication extends Folded {
  readonly organismId: string;
  /** In journal order. */
  readonly events: readonly JournalEvent[];
}

/** Keeps an organism's picture in memory. */
export interface Hold {
  readonly organismId: string;
  /** Idempotent. */
  release(): void;
}

export interface Organisms {
  /**
   * Rebuilds the pictures, the most recent first: the stored snapshot, then what the journal has
   * after it.
   * @returns how many events had to be read from the journal
   */
  restore(): Promise<number>;
  /** Makes an organism known before its first event, in the order of configuration. It stays in memory. */
  ensure(organismId: string): void;
  /** Folds committed events in, then tells the listeners. Call it after the commit, in order. */
  publish(events: readonly JournalEvent[]): void;
  /** The picture, if it is in memory now. */
  get(organismId: string): OrganismState | undefined;
  /** What is known of an organism, wherever its picture is. */
  card(organismId: string): OrganismCard | undefined;
  /** Tokens a thread has used; 0 where the picture does not have it. */
  threadTokens(organismId: string, threadId: string): Promise<number>;
  /** Of all organisms that are known. */
  names(): readonly string[];
  /**
   * Configured organisms first, in their order, then those only the store knows; last what is but the
   * name of a source that brings organisms of its own.
   */
  list(): readonly OrganismCard[];
  /** The one asked for; without a name the only one or the first configured. Null: there is none. */
  find(organismId: string | null | undefined): string | null;
  /** Its picture, read back from the store where it was idle; null when nobody knows it. */
  fetch(organismId: string): Promise<OrganismState | null>;
  /** Of the organism `find` finds: `get` answers until it is released. */
  hold(organismId: string | null | undefined): Promise<Hold | null>;
  onPublish(listener: (publication: Publication) => void): () => void;
  /** Hears of organisms whose picture left the memory. */
  onPutAway(listener: (organismId: string) => void): () => void;
  /** Saves the pictures that moved since the last call, and puts away what is idle. */
  saveSnapshots(): Promise<void>;
  stats(): PictureStats;
}

/** The live pictures of all organisms. */
export function createOrganisms(deps: {
  store: PicturesDeps['store'];
  maxHot?: number | undefined;
  monotonicMs?: (() => number) | undefined;
}): Organisms {
  const { store, maxHot = MAX_HOT, monotonicMs = () => performance.now() } = deps;
  const configured = new Set<string>();
  const holds = new Map<string, number>();
  const listeners = new Set<(publication: Publication) => void>();
  const putAwayListeners = new Set<(organismId: string) => void>();
  const pictures = createPictures({
    store,
    maxHot,
    monotonicMs,
    isPinned: (organismId) => configured.has(organismId) || holds.has(organismId),
    onPutAway: (organismId) => putAwayListeners.forEach((listener) => listener(organismId)),
  });

  function publishOne(organismId: string, events: readonly JournalEvent[]): void {
    const folded = pictures.fold(organismId, events);
    if (folded === null) return;
    for (const listener of listeners) listener({ organismId, ...folded, events });
  }

  function inOrder(): readonly string[] {
    const others = pictures.names().filter((id) => !configured.has(id));
    return [...configured, ...others.sort()];
  }

  function firstId(): string | undefined {
    for (const id of configured) if (!pictures.isBareName(id)) return id;
    const ids = inOrder();
    return ids.find((id) => !pictures.isBareName(id)) ?? ids[0];
  }

  function find(organismId: string | null | undefined): string | null {
    if (organismId === null || organismId === undefined) return firstId() ?? null;
    return pictures.isKnown(organismId) ? organismId : null;
  }

  return {
    restore: () => pictures.restore(),
    ensure(organismId) {
      configured.add(organismId);
      pictures.begin(organismId);
    },
    publish(events) {
      const byOrganism = new Map<string, JournalEvent[]>();
      for (const event of events) {
        const own = byOrganism.get(event.organismId);
        if (own === undefined) byOrganism.set(event.organismId, [event]);
        else own.push(event);
      }
      for (const [organismId, own] of byOrganism) publishOne(organismId, own);
    },
    get: (organismId) => pictures.get(organismId),
    card: (organismId) => pictures.card(organismId),
    async threadTokens(organismId, threadId) {
      const thread = (await pictures.fetch(organismId))?.threads.get(threadId);
      return thread === undefined ? 0 : totalTokens(thread.usage.tokens);
    },
    names: () => pictures.names(),
    list() {
      const all = inOrder().flatMap((id) => pictures.card(id) ?? []);
      return [...all.filter((card) => !card.isBareName), ...all.filter((card) => card.isBareName)];
    },
    find,
    fetch: (organismId) => pictures.fetch(organismId),
    async hold(organismId) {
      const id = find(organismId);
      if (id === null) return null;
      const release = countHold(holds, id);
      try {
        await pictures.fetch(id);
        return { organismId: id, release };
      } catch (error) {
        release();
        throw error;
      }
    },
    onPublish(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onPutAway(listener) {
      putAwayListeners.add(listener);
      return () => putAwayListeners.delete(listener);
    },
    saveSnapshots: () => pictures.settle(),
    stats: () => pictures.stats(),
  };
}

/** @returns lets go of it; the last to do so ends the hold */
function countHold(holds: Map<string, number>, organismId: string): () => void {
  holds.set(organismId, (holds.get(organismId) ?? 0) + 1);
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    const others = (holds.get(organismId) ?? 1) - 1;
    if (others > 0) holds.set(organismId, others);
    else holds.delete(organismId);
  };
}
