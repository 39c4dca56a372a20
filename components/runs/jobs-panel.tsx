'use client';

import { useQueryStates } from 'nuqs';

import { Unknown } from '#components/ui/figures.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';
import type { Column } from '#components/ui/table/column.ts';
import { DataTable } from '#components/ui/table/data-table.tsx';
import { parseAsSort } from '#components/ui/table/parse-sort.ts';
import { TimeAgo } from '#components/ui/time.tsx';
import type { JobCard } from '#organism/instance-card.ts';
import { parseInstant } from '#organism/instant.ts';

const BY_NAME = { id: 'name', isDescending: false };

/** What the instance does by the clock. Its jobs are changed over there. */
export function JobsPanel({ jobs }: { jobs: readonly JobCard[] }) {
  const [{ jobs: sort }, set] = useQueryStates({ jobs: parseAsSort.withDefault(BY_NAME) });
  return (
    <Panel title="Scheduled jobs" flush>
      <DataTable
        label="Scheduled jobs"
        rows={jobs}
        columns={COLUMNS}
        getRowId={(job) => job.id}
        viewKey="jobs"
        sort={sort}
        onSortChange={(next) => void set({ jobs: next })}
        empty={
          <EmptyState isCompact title="No job is scheduled">
            <p>The jobs of the instance appear here, with how they last went.</p>
          </EmptyState>
        }
      />
    </Panel>
  );
}

function At({ text }: { text: string | null | undefined }) {
  const instant = parseInstant(text ?? '');
  return instant === null ? <Unknown /> : <TimeAgo instant={instant} />;
}

/** Words of the upstream that a mark stands for. */
const LAST_STATUSES: Readonly<Record<string, string>> = {
  ok: 'completed',
  success: 'completed',
  completed: 'completed',
  error: 'error',
};

const COLUMNS: readonly Column<JobCard>[] = [
  {
    id: 'name',
    header: 'Job',
    minWidth: 140,
    isTitle: true,
    sortBy: (job) => job.name ?? job.id,
    cell: (job) => <span data-tip={job.id}>{job.name ?? job.id}</span>,
  },
  {
    id: 'schedule',
    header: 'Schedule',
    width: 140,
    cell: (job) => <span className="mono">{job.schedule ?? ''}</span>,
  },
  {
    id: 'state',
    header: 'State',
    width: 110,
    sortBy: (job) => job.state ?? '',
    cell: (job) => job.state ?? <Unknown />,
  },
  {
    id: 'next',
    header: 'Next',
    width: 110,
    sortBy: (job) => parseInstant(job.nextRunAt ?? ''),
    cell: (job) => <At text={job.nextRunAt} />,
  },
  {
    id: 'last',
    header: 'Last run',
    width: 110,
    sortBy: (job) => parseInstant(job.lastRunAt ?? ''),
    cell: (job) => <At text={job.lastRunAt} />,
  },
  {
    id: 'status',
    header: 'Went',
    minWidth: 180,
    sortBy: (job) => job.lastStatus ?? '',
    cell: ({ lastStatus, lastError }) =>
      lastStatus === null || lastStatus === undefined ? (
        <Unknown />
      ) : (
        <StateMark state={LAST_STATUSES[lastStatus] ?? lastStatus} reason={lastError} />
      ),
  },
  {
    id: 'repeat',
    header: 'Times',
    width: 90,
    align: 'end',
    sortBy: (job) => job.completed ?? null,
    cell: ({ completed, times }) =>
      completed === null || completed === undefined
        ? '–'
        : `${completed}${times === null || times === undefined ? '' : ` of ${times}`}`,
  },
];
