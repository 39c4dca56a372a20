import { formatExact } from '#components/format/number.ts';

import { Badge } from './badge.tsx';
import { Money, Unknown, type CostOrigin } from './figures.tsx';

/** An amount that says how much of its usage has no price: unpriced is never zero. */
export function Cost(props: {
  /** Null or undefined: nothing is known of this usage. */
  costNanos: number | null | undefined;
  /** Model calls without a price. */
  unpricedRequests: number;
  origin?: CostOrigin | undefined;
}) {
  const { costNanos, unpricedRequests } = props;
  if (costNanos === null || costNanos === undefined) return <Unknown />;
  if (unpricedRequests === 0) return <Money nanos={costNanos} origin={props.origin} />;
  if (costNanos === 0) return <Money nanos={null} />;
  const calls =
    unpricedRequests === 1
      ? '1 model call has'
      : `${formatExact(unpricedRequests)} model calls have`;
  return (
    <span className="inline-flex items-center gap-1">
      <Money nanos={costNanos} origin={props.origin} />
      <Badge tone="waiting" tip={`${calls} no price and are not in this amount.`}>
        + unpriced
      </Badge>
    </span>
  );
}
