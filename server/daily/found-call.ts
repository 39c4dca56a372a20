import type { TokenClasses } from '#organism/tokens.ts';

/** A call of a model that a file tells of. */
export interface FoundCall {
  /** The same in every file that tells of the same call. */
  readonly key: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly model: string;
  readonly provider: string;
  readonly tokens: TokenClasses;
}

/** Finds the calls in files, without keeping anything of them. */
export interface CallFinder {
  read(file: string): void;
  /** All that was found, each once. */
  found(): FoundCall[];
}
