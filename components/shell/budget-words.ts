import { shortenId } from '#components/ui/id.tsx';
import { BUDGET_THRESHOLDS } from '#organism/gas.ts';

import type { Crossing } from './budget-announcer.ts';

/** One calm sentence for any number of crossings, and where to look. */
export interface CrossingWords {
  readonly title: string;
  readonly detail: string | null;
  readonly href: string;
  readonly isExhausted: boolean;
}

export function describeCrossings(crossings: readonly Crossing[]): CrossingWords {
  const isExhausted = crossings.some(({ threshold }) => threshold === 100);
  const [only] = crossings;
  if (only !== undefined && crossings.length === 1) {
    return {
      title: isExhausted
        ? `Thread ${shortenId(only.threadId)} has spent its budget`
        : `Thread ${shortenId(only.threadId)} passed ${only.threshold} % of its budget`,
      detail: null,
      href: `/threads/${encodeURIComponent(only.threadId)}`,
      isExhausted,
    };
  }
  const parts = BUDGET_THRESHOLDS.toReversed().flatMap((threshold) => {
    const count = crossings.filter((crossing) => crossing.threshold === threshold).length;
    if (count === 0) return [];
    return [threshold === 100 ? `${count} exhausted` : `${count} at ${threshold} %`];
  });
  return {
    title: `${crossings.length} threads passed a budget threshold`,
    detail: parts.join(', '),
    href: '/gas',
    isExhausted,
  };
}
