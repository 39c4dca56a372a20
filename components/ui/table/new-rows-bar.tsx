import { ArrowUp } from 'lucide-react';

import { formatCompact } from '#components/format/number.ts';

/** Lies over the first rows instead of pushing them: what arrived waits until asked for. */
export function NewRowsBar(props: { count: number; onShow: () => void }) {
  if (props.count === 0) return null;
  return (
    <button
      type="button"
      onClick={props.onShow}
      className="touch-target absolute top-9 left-1/2 z-20 inline-flex h-6 -translate-x-1/2 items-center gap-1 rounded-md bg-accent px-2 text-table font-medium text-panel"
    >
      <ArrowUp className="size-3" aria-hidden />
      {`${formatCompact(props.count)} new`}
    </button>
  );
}
