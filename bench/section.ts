import type { Defer } from './cleanup.ts';
import type { Measured } from './figures.ts';
import type { UsageYear } from './usage-year.ts';

/** What a section may use of the run it is part of. */
export interface BenchContext {
  /** One round over smaller amounts: shows that it works, not how fast it is. */
  readonly isQuick: boolean;
  readonly rounds: number;
  /** The amount for this run. */
  readonly pick: <T>(amounts: { readonly full: T; readonly quick: T }) => T;
  /** Closes something when the whole run ends; for what is only the section's, `withCleanup`. */
  readonly defer: Defer;
  /** A store with a year of model calls, made once for all sections that read it. */
  readonly usageYear: () => Promise<UsageYear>;
}

/**
 * A part of the benchmark. Every file in `bench/sections/` exports one as `section`, and is found by
 * being there; its name is the file's.
 */
export interface BenchSection {
  readonly title: string;
  /** What it costs in full on two cores, for `--help`. */
  readonly minutes: number;
  measure(context: BenchContext): Promise<Measured>;
}
