'use client';

import { formatCompact } from '#components/format/number.ts';

/** Says how many live items wait while a list stands still; a press shows them. */
export function NewCount(props: {
  count: number;
  /** More came than the live list keeps. */
  isAtLeast?: boolean | undefined;
  onShow: () => void;
}) {
  if (props.count === 0) return null;
  return (
    <button
      type="button"
      onClick={props.onShow}
      className="touch-halo inline-flex h-5 items-center rounded-sm bg-accent px-1.5 text-table font-medium text-panel"
    >
      {`${formatCompact(props.count)}${props.isAtLeast === true ? '+' : ''} new`}
    </button>
  );
}
