import { Money } from '#components/ui/figures.tsx';

import { coveredWords } from './usage-totals.ts';

/** What calls would have cost that a subscription covers: beside the bill, in no total of it. */
export function CoveredCost(props: { nanos: number; unlisted: number }) {
  const words = coveredWords({ coveredUnlisted: props.unlisted });
  return (
    <span className="text-ink-2" data-tip={`Covered by a subscription: ${words}`}>
      <Money nanos={props.nanos} />
    </span>
  );
}
