import type { Store } from '#db/store.ts';
import { applyAll } from '#organism/apply.ts';
import type { JournalEvent } from '#organism/event.ts';
import { fromSnapshot, toSnapshot } from '#organism/snapshot.ts';
import type { OrganismState } from '#organism/state.ts';
import { emptyOrganism } from '#organism/state.ts';
import { totalTokens } from '#organism/tokens.ts';

/** Events read from the journal at a time while a picture is rebuilt. */
const REPLAY_PAGE = 5000;

/** One organism's share of a commit, already folded in. */
export interface Publication {
  readonly organismId: string;
  readonly before: OrganismState;
  readonly state: OrganismState;
  /** In journal order. */
  readonly events: readonly JournalEvent[];
}

export interface Organisms {
  /**
   * Rebuilds every picture: the stored snapshot, then what the journal has after it.
   * @returns how many events had to be read from the journal
   */
  restore(): Promise<number>;
  /** Makes an organism known before its first event, in the order of configuration. */
  ensure(organismId: string): void;
  /** Folds committed events in, then tells the listeners. Call it after the commit, in order. */
  publish(events: readonly JournalEvent[]): void;
  get(organismId: string): OrganismState | undefined;
  /** Tokens a thread has used; 0 where the picture does not have it. */
  threadTokens(organismId: string, threadId: string): number;
  /** Of all organisms there is a picture of. */
  names(): readonly string[];
  /**
   * Configured organisms first, in their order, then those only the store knows; last what is but the
   * name of a source that brings organisms of its own.
   */
  list(): readonly OrganismState[];
  /** The one asked for; without a name the only one or the first configured. Null: there is none. */
  resolve(organismId: string | null | undefined): OrganismState | null;
  onPublish(listener: (publication: Publication) => void): () => void;
  /** Saves the pictures that moved since the last call. */
  saveSnapshots(): Promise<void>;
}

/** The live pictures of all organisms. */
export function createOrganisms(deps: {
  store: Pick<Store, 'loadSnapshots' | 'listOrganisms' | 'readEvents' | 'saveSnapshot'>;
}): Organisms {
  const { store } = deps;
  const states = new Map<string, OrganismState>();
  const configured: string[] = [];
  const savedSeq = new Map<string, number>();
  const listeners = new Set<(publication: Publication) => void>();

  async function restoreOne(base: OrganismState): Promise<number> {
    const { organismId } = base;
    let state = base;
    let replayed = 0;
    for (;;) {
      const events = await store.readEvents({ organismId, since: state.seq, limit: REPLAY_PAGE });
      state = applyAll(state, events);
      replayed += events.length;
      if (events.length < REPLAY_PAGE) break;
    }
    states.set(organismId, state);
    return replayed;
  }

  function publishOne(organismId: string, events: readonly JournalEvent[]): void {
    const before = states.get(organismId) ?? emptyOrganism(organismId);
    const state = applyAll(before, events);
    states.set(organismId, state);
    for (const listener of listeners) listener({ organismId, before, state, events });
  }

  function list(): readonly OrganismState[] {
    const others = [...states.keys()].filter((id) => !configured.includes(id)).sort();
    const all = [...configured, ...others].flatMap((id) => states.get(id) ?? []);
    return [...all.filter((state) => !isBareName(state)), ...all.filter(isBareName)];
  }

  return {
    async restore() {
      const bases = new Map<string, OrganismState>();
      for (const { organismId } of await store.listOrganisms()) {
        bases.set(organismId, emptyOrganism(organismId));
      }
      for (const snapshot of await store.loadSnapshots()) {
        bases.set(snapshot.organismId, fromSnapshot(snapshot));
        savedSeq.set(snapshot.organismId, snapshot.seq);
      }
      let replayed = 0;
      for (const base of bases.values()) replayed += await restoreOne(base);
      return replayed;
    },
    ensure(organismId) {
      if (!configured.includes(organismId)) configured.push(organismId);
      if (!states.has(organismId)) states.set(organismId, emptyOrganism(organismId));
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
    get: (organismId) => states.get(organismId),
    threadTokens(organismId, threadId) {
      const thread = states.get(organismId)?.threads.get(threadId);
      return thread === undefined ? 0 : totalTokens(thread.usage.tokens);
    },
    names: () => [...states.keys()],
    list,
    resolve: (organismId) =>
      (organismId === null || organismId === undefined ? list()[0] : states.get(organismId)) ??
      null,
    onPublish(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async saveSnapshots() {
      for (const state of states.values()) {
        if (state.seq === (savedSeq.get(state.organismId) ?? 0)) continue;
        await store.saveSnapshot(toSnapshot(state));
        savedSeq.set(state.organismId, state.seq);
      }
    },
  };
}

/** Its source answers, and has told nothing of an organism of this name. */
function isBareName({ startedAt, agents, threads, sources }: OrganismState): boolean {
  if (startedAt !== null || agents.size > 0 || threads.size > 0) return false;
  return [...sources.values()].some(({ state }) => state === 'polling' || state === 'live');
}
