import type { Store } from '#db/store.ts';
import { applyAll } from '#organism/apply.ts';
import type { OrganismSnapshot } from '#organism/snapshot.ts';
import { fromSnapshot, toSnapshot } from '#organism/snapshot.ts';
import type { OrganismState } from '#organism/state.ts';
import { emptyOrganism } from '#organism/state.ts';

/** Events read from the journal at a time while a picture is rebuilt. */
const REPLAY_PAGE = 5000;
/** Snapshots in memory at a time while many are read: a few MB each at worst. */
const SNAPSHOT_PAGE = 20;

/** A picture, and what the store has of it. */
export interface KeptPicture {
  readonly state: OrganismState;
  /** Journal position of its snapshot; 0 when there is none. */
  readonly savedSeq: number;
  /** Events read from the journal. */
  readonly replayed: number;
}

export interface StoredPosition {
  readonly organismId: string;
  /** Of its last event in the journal. */
  readonly lastSeq: number;
}

/** Pictures as the store has them: a snapshot, and the journal after it. */
export interface PictureStore {
  read(position: StoredPosition): Promise<KeptPicture>;
  /** One after another, in this order, with few of them in memory at a time. */
  readEach(positions: readonly StoredPosition[]): AsyncGenerator<KeptPicture>;
  /** Folds in what the journal has after it. */
  replay(picture: KeptPicture): Promise<KeptPicture>;
  save(state: OrganismState): Promise<void>;
}

export type PictureStoreDeps = Pick<Store, 'loadSnapshots' | 'readEvents' | 'saveSnapshot'>;

export function createPictureStore(store: PictureStoreDeps): PictureStore {
  async function replay(picture: KeptPicture): Promise<KeptPicture> {
    const { organismId } = picture.state;
    let { state, replayed } = picture;
    for (;;) {
      const events = await store.readEvents({ organismId, since: state.seq, limit: REPLAY_PAGE });
      state = applyAll(state, events);
      replayed += events.length;
      if (events.length < REPLAY_PAGE) return { ...picture, state, replayed };
    }
  }

  async function rebuild(
    { organismId, lastSeq }: StoredPosition,
    snapshot: OrganismSnapshot | undefined,
  ): Promise<KeptPicture> {
    const state = snapshot === undefined ? emptyOrganism(organismId) : fromSnapshot(snapshot);
    const kept = { state, savedSeq: state.seq, replayed: 0 };
    return lastSeq > state.seq ? replay(kept) : kept;
  }

  return {
    async read(position) {
      const [snapshot] = await store.loadSnapshots([position.organismId]);
      return rebuild(position, snapshot);
    },
    async *readEach(positions) {
      for (let start = 0; start < positions.length; start += SNAPSHOT_PAGE) {
        const page = positions.slice(start, start + SNAPSHOT_PAGE);
        const snapshots = await store.loadSnapshots(page.map(({ organismId }) => organismId));
        const found = new Map(snapshots.map((snapshot) => [snapshot.organismId, snapshot]));
        for (const position of page) yield rebuild(position, found.get(position.organismId));
      }
    },
    replay,
    save: (state) => store.saveSnapshot(toSnapshot(state)),
  };
}
