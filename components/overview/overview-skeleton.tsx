import { Panel } from '#components/ui/panel.tsx';
import { Skeleton, SkeletonRows } from '#components/ui/skeleton.tsx';

/** As many as there is room for beside each other in two lines. */
const GAUGES = 10;

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
        <Panel title={<Skeleton className="h-4 w-32" />}>
          <div className="grid grid-cols-2 justify-items-center gap-x-2 gap-y-16 pt-2 pb-10 sm:grid-cols-4 min-[87.5rem]:grid-cols-5">
            {Array.from({ length: GAUGES }, (_, index) => (
              <Skeleton
                key={index}
                className="size-32 rounded-full! border-12 border-track bg-transparent! max-[87.49rem]:nth-[n+9]:hidden max-sm:nth-[n+5]:hidden"
              />
            ))}
          </div>
        </Panel>
        <Panel flush title="Needs a look">
          <SkeletonRows rows={8} label="Loading the overview" />
        </Panel>
        <Panel flush title="Live messages" className="max-sm:hidden">
          <SkeletonRows rows={8} label="Loading messages" />
        </Panel>
        <Panel flush title="Agents" className="max-sm:hidden">
          <SkeletonRows rows={8} label="Loading agents" />
        </Panel>
      </div>
    </>
  );
}
