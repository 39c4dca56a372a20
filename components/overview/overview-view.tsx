'use client';

import { LiveSurface } from '#components/connect/live-surface.tsx';
import { Page, PageHeader } from '#components/shell/page-header.tsx';

import { AgentsPanel } from './agents-panel.tsx';
import { DemoNote } from './demo-note.tsx';
import { FeedPanel } from './feed-panel.tsx';
import { HottestPanel } from './hottest-panel.tsx';
import { OverviewSkeleton } from './overview-skeleton.tsx';
import { OverviewStatus } from './overview-status.tsx';
import { TroublePanel } from './trouble-panel.tsx';
import { VitalStats } from './vital-stats.tsx';

/** The first screenful: is it alive, is anything wrong, what runs dry first, what did today cost. */
export function OverviewView() {
  return (
    <Page>
      <PageHeader title="Overview" sub={<OverviewStatus />} actions={<DemoNote />} />
      <LiveSurface skeleton={<OverviewSkeleton />}>
        <VitalStats />
        <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
          <HottestPanel />
          {/* As tall as the gauges beside it, however many errors there are. */}
          <div className="relative min-h-72">
            <TroublePanel className="inset-0 max-lg:max-h-96 lg:absolute" />
          </div>
          <FeedPanel className="sm:h-104" />
          <AgentsPanel className="max-h-104" />
        </div>
      </LiveSurface>
    </Page>
  );
}
