import { createRandom, mixSeeds } from '#lab/agentserver/random.ts';

import { makeTempDir, withCleanup } from '../bench/cleanup.ts';
import { findMissing } from './kit/needs.ts';
import type { Control, Outcome, TortureTest } from './kit/torture-test.ts';
import { within } from './kit/waits.ts';

/** A test that hangs is a failed one. */
const TEST_LIMIT_MS = 240_000;

interface ResultBase {
  readonly id: string;
  readonly title: string;
  readonly seed: number;
  readonly seconds: number;
}

export type Result = ResultBase &
  (
    | { readonly status: 'skipped'; readonly reason: string }
    /** It broke before it could judge. */
    | { readonly status: 'broken'; readonly reason: string }
    | ({ readonly status: 'passed' | 'failed' } & Outcome)
  );

export async function runTest(
  test: TortureTest,
  { seed, isFast, say }: { seed: number; isFast: boolean; say: (line: string) => void },
): Promise<Result> {
  const { id, title } = test;
  const startedAt = performance.now();
  const finish = <T>(part: T): ResultBase & T => ({
    id,
    title,
    seed,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    ...part,
  });
  const missing = findMissing(test.needs);
  if (missing !== null) return finish({ status: 'skipped', reason: missing });
  try {
    const outcome = await withCleanup((defer) => {
      const random = createRandom(mixSeeds(seed, Number(id.slice(1))));
      const context = { seed, random, isFast, dir: makeTempDir(defer), defer, say };
      return within(TEST_LIMIT_MS, id, test.run(context));
    });
    return finish({ status: isPassed(outcome) ? 'passed' : 'failed', ...outcome });
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return finish({ status: 'broken', reason });
  }
}

/** The sum must come out even for tests that name no bar of their own for it. */
function isPassed({ bars, counts, control }: Outcome): boolean {
  const isWhole =
    counts === null ||
    (counts.sent === counts.accepted + counts.duplicate + counts.rejected &&
      counts.lost === 0 &&
      counts.doubled === 0 &&
      counts.moneyDeltaNanos === 0);
  return isWhole && bars.every(({ isMet }) => isMet) && hasFailed(control);
}

/** A control run without one says why; nothing else may pass without having been seen to fail. */
export function hasFailed(control: Control): boolean {
  return 'without' in control || !control.bar.isMet;
}
