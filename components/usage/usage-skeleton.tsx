import { clsx } from 'clsx';

import { Panel } from '#components/ui/panel.tsx';
import { Skeleton, SkeletonRows } from '#components/ui/skeleton.tsx';
import { StatRow } from '#components/ui/stat.tsx';

const BAR_HEIGHTS = ['h-1/3', 'h-1/2', 'h-2/3', 'h-3/5', 'h-5/6', 'h-1/4', 'h-2/5'] as const;

/** Totals, bars and rows in the shape of what is coming. */
export function UsageSkeleton() {
  return (
    <div className="flex flex-col gap-4">
      <StatRow>
        {Array.from({ length: 4 }, (_, index) => (
          <div key={index} className="flex h-[5.25rem] flex-col gap-2 px-3 py-3">
            <Skeleton className="h-3 w-16" />
            <Skeleton className="h-6 w-24" />
          </div>
        ))}
      </StatRow>
      <Panel title={<Skeleton className="h-4 w-48" />}>
        <div className="flex h-72 items-end gap-1">
          {Array.from({ length: 28 }, (_, index) => (
            <Skeleton
              key={index}
              className={clsx('flex-1', BAR_HEIGHTS[index % BAR_HEIGHTS.length])}
            />
          ))}
        </div>
      </Panel>
      <Panel title={<Skeleton className="h-4 w-32" />} flush>
        <SkeletonRows rows={6} label="Loading usage" />
      </Panel>
    </div>
  );
}
