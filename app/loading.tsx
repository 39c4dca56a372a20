import { Page } from '#components/shell/page-header.tsx';
import { Skeleton, SkeletonRows } from '#components/ui/skeleton.tsx';

export default function Loading() {
  return (
    <Page>
      <Skeleton className="my-1 h-5 w-40" />
      <SkeletonRows />
    </Page>
  );
}
