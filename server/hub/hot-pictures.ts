import type { OrganismState } from '#organism/state.ts';

export interface HotPicture {
  readonly state: OrganismState;
  /** Journal position of its snapshot in the store. */
  readonly savedSeq: number;
}

/** Pictures in memory, in the order in which they were last used. */
export interface HotPictures {
  readonly size: number;
  ids(): readonly string[];
  get(organismId: string): HotPicture | undefined;
  /** Puts it in or in its place, and counts as a use. */
  use(organismId: string, picture: HotPicture): void;
  noteSaved(organismId: string, savedSeq: number): void;
  delete(organismId: string): void;
  /** What was unused for the longest, and for so long; never what is pinned. */
  coldest(idleMs: number): string | undefined;
}

export function createHotPictures(deps: {
  /** Of a clock that never jumps. */
  monotonicMs: () => number;
  isPinned: (organismId: string) => boolean;
}): HotPictures {
  const pictures = new Map<string, HotPicture & { readonly usedAt: number }>();
  return {
    get size() {
      return pictures.size;
    },
    ids: () => [...pictures.keys()],
    get: (organismId) => pictures.get(organismId),
    use(organismId, { state, savedSeq }) {
      pictures.delete(organismId);
      pictures.set(organismId, { state, savedSeq, usedAt: deps.monotonicMs() });
    },
    noteSaved(organismId, savedSeq) {
      const picture = pictures.get(organismId);
      if (picture !== undefined) pictures.set(organismId, { ...picture, savedSeq });
    },
    delete(organismId) {
      pictures.delete(organismId);
    },
    coldest(idleMs) {
      for (const [organismId, { usedAt }] of pictures) {
        if (deps.isPinned(organismId)) continue;
        return deps.monotonicMs() - usedAt >= idleMs ? organismId : undefined;
      }
      return undefined;
    },
  };
}
