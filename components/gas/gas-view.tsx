'use client';

import { clsx } from 'clsx';

import { useIsLiveLoaded, useServerNow } from '#components/live/use-live.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { CopyCommand } from '#components/ui/copy.tsx';
import { Num } from '#components/ui/figures.tsx';
import { ToggleChip } from '#components/ui/filter-chip.tsx';
import { SegmentedControl } from '#components/ui/segmented-control.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { EmptyState, FilteredEmptyState } from '#components/ui/surface-states.tsx';
import type { OrganismState } from '#organism/state.ts';

import { AllowancesPanel } from './allowances-panel.tsx';
import { ContextsPanel } from './contexts-panel.tsx';
import { GasGrid } from './gas-grid.tsx';
import { GasTable } from './gas-table.tsx';
import { OrganismGauge } from './organism-gauge.tsx';
import { prepareAllowances } from './prepare-allowances.ts';
import { prepareContexts } from './prepare-contexts.ts';
import {
  countLevels,
  GAS_LEVELS,
  type GasRow,
  LEVEL_LABELS,
  prepareGas,
  sumGas,
} from './prepare-gas.ts';
import { prepareShares } from './prepare-shares.ts';
import { SharePanel } from './share-panel.tsx';
import { type GasParams, useGasParams } from './use-gas-params.ts';

/** How much is left in every tank, what runs dry first, and who drinks it. */
export function GasView() {
  const organism = usePacedLive(selectGas);
  const now = useServerNow();
  const params = useGasParams();
  const isLoaded = useIsLiveLoaded();
  if (!isLoaded) return <GasSkeleton />;
  const rows = prepareGas(organism, now);
  const allowances = prepareAllowances(organism.allowances.values());
  const contexts = prepareContexts(organism.threads.values());
  const hasBudgets = rows.length > 0;
  return (
    <Page>
      <PageHeader
        title="Gas"
        sub="Budgets against their limits. Burn rates are over the last 5 min."
        actions={hasBudgets && <GasActions params={params} />}
      />
      {allowances.length > 0 && <AllowancesPanel allowances={allowances} />}
      <div
        className={clsx('grid items-start gap-4', hasBudgets ? 'xl:grid-cols-3' : 'xl:grid-cols-2')}
      >
        {hasBudgets && <OrganismGauge sum={sumGas(rows)} name={organism.name} />}
        <SharePanel
          what="agent"
          shares={prepareShares(
            [...organism.agents].map(([name, agent]) => [name, agent.usage] as const),
            organism.usage,
            'no agent named',
          )}
        />
        <SharePanel
          what="model"
          shares={prepareShares(organism.usageByModel, organism.usage, 'no model named')}
        />
      </div>
      {hasBudgets ? (
        <ThreadGas rows={rows} params={params} />
      ) : (
        allowances.length === 0 && <NoBudgets />
      )}
      {contexts.length > 0 && <ContextsPanel contexts={contexts} />}
    </Page>
  );
}

function ThreadGas({ rows, params }: { rows: readonly GasRow[]; params: GasParams }) {
  const scoped = params.scope === 'all' ? rows : rows.filter((row) => row.isRunning);
  const counts = countLevels(scoped);
  const shown = params.level === null ? scoped : scoped.filter((row) => row.level === params.level);
  return (
    <>
      <div className="flex flex-wrap items-center gap-1.5">
        {GAS_LEVELS.filter((level) => level !== 'unlimited' || (counts.get(level) ?? 0) > 0).map(
          (level) => (
            <ToggleChip
              key={level}
              isOn={params.level === level}
              onToggle={() => params.setLevel(params.level === level ? null : level)}
              count={<Num value={counts.get(level) ?? 0} />}
            >
              {LEVEL_LABELS[level]}
            </ToggleChip>
          ),
        )}
      </div>
      {shown.length === 0 ? (
        <NoGas rows={rows} params={params} />
      ) : params.view === 'table' ? (
        <GasTable rows={shown} params={params} />
      ) : (
        <GasGrid key={`${params.level} ${params.scope}`} rows={shown} />
      )}
    </>
  );
}

function GasActions({ params }: { params: GasParams }) {
  return (
    <>
      <SegmentedControl
        label="Threads"
        value={params.scope}
        segments={[
          { value: 'running', label: 'Running' },
          { value: 'all', label: 'All' },
        ]}
        onChange={params.setScope}
      />
      <SegmentedControl
        label="View"
        value={params.view}
        segments={[
          { value: 'gauges', label: 'Gauges' },
          { value: 'table', label: 'Table' },
        ]}
        onChange={params.setView}
      />
    </>
  );
}

function NoGas({ rows, params }: { rows: readonly GasRow[]; params: GasParams }) {
  return params.level === null ? (
    <EmptyState title="No running thread has a budget" isCompact>
      <p>{`${rows.length} threads that have ended had one: choose All to see them.`}</p>
    </EmptyState>
  ) : (
    <FilteredEmptyState
      what="thread budgets"
      hiddenCount={rows.length}
      onClear={params.clear}
      isCompact
    />
  );
}

function NoBudgets() {
  return (
    <EmptyState title="Its source sets no budgets" isCompact>
      <p>
        Nothing can run dry here: what is spent is above. Gauges appear once a source names a limit.
        An artificial organism with limits:
      </p>
      <CopyCommand command="npm run lab -- agentserver --port 8080 --rate 30" />
    </EmptyState>
  );
}

function GasSkeleton() {
  return (
    <Page>
      <PageHeader title="Gas" sub="Waiting for the live picture" />
      <div className="grid gap-4 xl:grid-cols-3">
        {['organism', 'agents', 'models'].map((part) => (
          <Skeleton key={part} className="h-56" />
        ))}
      </div>
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-4 xl:grid-cols-7">
        {Array.from({ length: 14 }, (_, at) => (
          <Skeleton key={at} className="h-48" />
        ))}
      </div>
    </Page>
  );
}

type GasPart = Pick<
  OrganismState,
  'threads' | 'run' | 'agents' | 'allowances' | 'usage' | 'usageByModel' | 'name'
>;

function selectGas(organism: OrganismState): GasPart {
  const { threads, run, agents, allowances, usage, usageByModel, name } = organism;
  return { threads, run, agents, allowances, usage, usageByModel, name };
}
