import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

const gapSchema = z.object({ at: z.number(), gapMs: z.number(), queuedMs: z.number() });

/** What a server needs to note the silences of its event loop; see `torture/probes/loop-gap.ts`. */
export interface LoopGaps {
  readonly preload: string;
  readonly env: Readonly<Record<string, string>>;
  /**
   * The longest, in milliseconds, that ended between two moments (epoch milliseconds), without the
   * time that the loop waited for a processor.
   */
  longest(from: number, to: number): number;
}

export function createLoopGaps(dir: string, name: string): LoopGaps {
  const file = path.join(dir, `${name}.loop-gaps.ndjson`);
  return {
    preload: path.join(import.meta.dirname, '../probes/loop-gap.ts'),
    env: { TORTURE_LOOP_GAPS: file },
    longest(from, to) {
      if (!existsSync(file)) return 0;
      const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
      const gaps = lines.map((line) => gapSchema.parse(JSON.parse(line)));
      return Math.max(
        0,
        ...gaps.filter(({ at }) => at >= from && at <= to).map(({ gapMs }) => gapMs),
      );
    },
  };
}
