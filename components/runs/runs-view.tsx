'use client';

import { useOffers } from '#components/api/use-offers.ts';
import { LiveSurface } from '#components/connect/live-surface.tsx';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';
import { type InstanceCard, readInstanceCard } from '#organism/instance-card.ts';

import { InstancePanel } from './instance-panel.tsx';
import { JobsPanel } from './jobs-panel.tsx';
import { OpenRunsPanel } from './open-runs-panel.tsx';
import { StartRunPanel } from './start-run-panel.tsx';

/** What an instance that works in runs does now, what it will do, and how to give it work. */
export function RunsView() {
  const { organismId, name, card } = usePacedLive((organism) => ({
    organismId: organism.organismId,
    name: organism.name,
    card: readInstanceCard(organism.config),
  }));
  return (
    <Page>
      <PageHeader title="Runs" sub={card === null ? undefined : name} />
      <LiveSurface skeleton={<RunsSkeleton />}>
        {card === null ? <NoRuns /> : <Runs organismId={organismId} card={card} />}
      </LiveSurface>
    </Page>
  );
}

function Runs({ organismId, card }: { organismId: string; card: InstanceCard }) {
  const offer = useOffers(organismId);
  return (
    <>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex flex-col gap-4">
          <OpenRunsPanel card={card} offer={offer} />
          <StartRunPanel offer={offer} />
        </div>
        <InstancePanel card={card} />
      </div>
      <JobsPanel jobs={card.jobs} />
    </>
  );
}

function NoRuns() {
  return (
    <EmptyState title="This organism does not work in runs">
      <p>
        Runs are what a Hermes agent is given to do. Its threads and messages are on their pages.
      </p>
    </EmptyState>
  );
}

function RunsSkeleton() {
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <Skeleton className="h-56" />
      <Skeleton className="h-56" />
    </div>
  );
}
