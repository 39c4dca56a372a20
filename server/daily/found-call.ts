import type { TokenClasses } from '#organism/tokens.ts';

import type { CallColumns } from './call-columns.ts';

/** A call of a model that a file tells of. */
export interface FoundCall {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly model: string;
  readonly provider: string;
  readonly tokens: TokenClasses;
  /** The part of what was written to a cache that is kept for an hour. */
  readonly cacheWrite1h: number;
}

/** Finds the calls in files, without keeping anything else of them. */
export interface CallFinder {
  read(file: string): void;
  /** All that was found, each once. */
  found(): CallColumns;
}
