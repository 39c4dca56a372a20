import { clsx } from 'clsx';

/** A still grey block in the shape of what is coming: give it width and height classes. */
export function Skeleton(props: { className?: string | undefined }) {
  return <span aria-hidden className={clsx('block rounded-sm bg-track', props.className)} />;
}

const LINE_WIDTHS = ['w-3/4', 'w-full', 'w-5/6', 'w-2/3', 'w-11/12'] as const;

/** Rows of a table or a list while it loads; says so once to screen readers. */
export function SkeletonRows(props: { rows?: number | undefined; label?: string | undefined }) {
  return (
    <output className="flex flex-col">
      <span className="sr-only">{props.label ?? 'Loading'}</span>
      {Array.from({ length: props.rows ?? 8 }, (_, index) => (
        <div key={index} className="flex h-8 items-center gap-6 border-b border-line px-3">
          <Skeleton className="h-3 w-24" />
          <span className="flex-1">
            <Skeleton className={clsx('h-3', LINE_WIDTHS[index % LINE_WIDTHS.length])} />
          </span>
          <Skeleton className="h-3 w-12" />
        </div>
      ))}
    </output>
  );
}
