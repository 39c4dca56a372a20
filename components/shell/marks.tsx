import { clsx } from 'clsx';

import { formatCompact } from '#components/format/number.ts';

import type { DestinationId } from './destinations.ts';

/** How many things on a page ask to be looked at; zero and absent show nothing. */
export type Attention = Partial<Record<DestinationId, number>>;

export function Marks(props: { count: number | undefined; isCollapsed: boolean }) {
  if (props.count === undefined || props.count === 0) return null;
  return (
    <span
      className={clsx(
        'rounded-sm text-micro font-medium text-error',
        props.isCollapsed ? 'absolute top-0 right-0.5' : 'px-1',
      )}
    >
      {formatCompact(props.count)}
      <span className="sr-only"> need attention</span>
    </span>
  );
}
