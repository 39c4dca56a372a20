'use client';

import { parseAsString, useQueryState } from 'nuqs';

import { useSources } from '#components/api/use-sources.ts';
import { ConnectGuide } from '#components/connect/connect-guide.tsx';
import { useLive } from '#components/live/use-live.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { StoragePanel } from '#components/storage/storage-panel.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { Skeleton, SkeletonRows } from '#components/ui/skeleton.tsx';
import { FailedState } from '#components/ui/surface-states.tsx';
import type { OrganismState } from '#organism/state.ts';

import { CommandLog } from './command-log.tsx';
import { ConnectAnother } from './connect-another.tsx';
import { gapsOf, type LiveSources, withLiveState } from './prepare-source.ts';
import { RejectsDrawer } from './rejects-drawer.tsx';
import { SourcePanel } from './source-panel.tsx';

export function SourcesView() {
  return (
    <Page>
      <PageHeader title="Sources" />
      <SourceList />
    </Page>
  );
}

function SourceList() {
  const sources = useSources();
  const organism = useLive(selectSources);
  // Whose rejects are open: a link leads there.
  const [rejectsOf, setRejectsOf] = useQueryState(
    'rejects',
    parseAsString.withOptions({ history: 'push' }),
  );
  if (sources.data === undefined) {
    return sources.error === null ? (
      <Panel title={<Skeleton className="h-4 w-32" />} flush>
        <SkeletonRows rows={6} label="Loading sources" />
      </Panel>
    ) : (
      <FailedState
        what="Sources could not be loaded"
        why={sources.error.detail}
        onRetry={() => void sources.refetch()}
        isRetrying={sources.isFetching}
      />
    );
  }
  if (sources.data.count === 0) return <ConnectGuide />;
  return (
    <>
      <div className="grid gap-4 xl:grid-cols-2">
        {sources.data.sources.map((source) => (
          <SourcePanel
            key={source.name}
            source={withLiveState(source, organism)}
            gaps={gapsOf(source, organism)}
            onShowRejects={() => void setRejectsOf(source.name)}
          />
        ))}
        <StoragePanel />
      </div>
      <CommandLog />
      <ConnectAnother />
      <RejectsDrawer source={rejectsOf} onClose={() => void setRejectsOf(null)} />
    </>
  );
}

/** Only what this page shows: it does not draw again with every message. */
function selectSources({ organismId, sources, gaps }: OrganismState): LiveSources {
  return { organismId, sources, gaps };
}
