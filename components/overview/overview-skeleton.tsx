import { Panel } from '#components/ui/panel.tsx';
import { Skeleton, SkeletonRows } from '#components/ui/skeleton.tsx';

/** The shape of the overview while its picture is on the way. */
export function OverviewSkeleton() {
  return (
    <>
      <div className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-line bg-line md:grid-cols-3 xl:grid-cols-6">
        {Array.from({ length: 6 }, (_, index) => (
          <div key={index} className="flex flex-col gap-2 bg-panel px-3 py-3.5">
            <Skeleton className="h-3 w-20" />
            <Skeleton className="h-5 w-16" />
            <Skeleton className="h-3 w-28" />
          </div>
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <Panel className="h-72">
          <Skeleton className="h-4 w-32" />
        </Panel>
        <Panel flush className="h-72">
          <SkeletonRows rows={8} label="Loading the overview" />
        </Panel>
      </div>
    </>
  );
}
