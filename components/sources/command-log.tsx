'use client';

import { useQueryStates } from 'nuqs';

import { useCommandLog } from '#components/api/use-command.ts';
import { Badge, type Tone } from '#components/ui/badge.tsx';
import { Unknown } from '#components/ui/figures.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState } from '#components/ui/surface-states.tsx';
import type { Column } from '#components/ui/table/column.ts';
import { DataTable } from '#components/ui/table/data-table.tsx';
import { parseAsSort } from '#components/ui/table/parse-sort.ts';
import { TimeAgo } from '#components/ui/time.tsx';
import type { CommandList } from '#organism/api/resources.ts';

type CommandRow = CommandList['commands'][number];

const MAX_ROWS = 50;
const NEWEST_FIRST = { id: 'when', isDescending: true };

/** Every command given through here, and what is known of its outcome. */
export function CommandLog() {
  const log = useCommandLog({ limit: MAX_ROWS });
  const [{ commands: sort }, set] = useQueryStates({
    commands: parseAsSort.withDefault(NEWEST_FIRST),
  });
  return (
    <Panel title="Commands" sub={subWords(log.data)} flush>
      {log.data === undefined ? (
        log.error === null ? (
          <SkeletonRows rows={3} label="Loading commands" />
        ) : (
          <FailedState
            isCompact
            what="Commands could not be loaded"
            why={log.error.detail}
            onRetry={() => void log.refetch()}
            isRetrying={log.isFetching}
          />
        )
      ) : (
        <DataTable
          label="Commands"
          rows={log.data.commands}
          columns={COLUMNS}
          getRowId={(row) => String(row.id)}
          viewKey="commands"
          sort={sort}
          onSortChange={(next) => void set({ commands: next })}
          empty={
            <EmptyState isCompact title="No command was given yet">
              <p>What is asked of an organism is written down here: each command is sent once.</p>
            </EmptyState>
          }
        />
      )}
    </Panel>
  );
}

function subWords(data: CommandList | undefined): string | undefined {
  if (data === undefined || data.total <= data.count) return undefined;
  return `the last ${data.count} of ${data.total}`;
}

const OUTCOMES: Record<CommandRow['outcome'], { word: string; tone: Tone }> = {
  requested: { word: 'requested', tone: 'neutral' },
  answered: { word: 'answered', tone: 'completed' },
  refused: { word: 'refused', tone: 'error' },
  unknown: { word: 'unknown', tone: 'waiting' },
};

const COLUMNS: readonly Column<CommandRow>[] = [
  {
    id: 'when',
    header: 'When',
    width: 100,
    sortBy: (row) => row.requestedAt,
    cell: (row) => <TimeAgo instant={row.requestedAt} />,
  },
  {
    id: 'command',
    header: 'Command',
    width: 130,
    isTitle: true,
    sortBy: (row) => row.command,
    cell: (row) => row.command,
  },
  {
    id: 'target',
    header: 'Target',
    minWidth: 160,
    sortBy: (row) => row.target,
    cell: (row) => <span data-tip={row.target}>{row.target}</span>,
  },
  {
    id: 'organism',
    header: 'Organism',
    width: 130,
    sortBy: (row) => row.organismId,
    cell: (row) => (row.organismId === '' ? <Unknown /> : row.organismId),
  },
  { id: 'actor', header: 'By', width: 110, sortBy: (row) => row.actor, cell: (row) => row.actor },
  {
    id: 'outcome',
    header: 'Outcome',
    width: 140,
    sortBy: (row) => row.outcome,
    cell: ({ outcome, status }) => (
      <span className="inline-flex items-center gap-1.5">
        <Badge tone={OUTCOMES[outcome].tone}>{OUTCOMES[outcome].word}</Badge>
        {status !== null && <span className="text-ink-3">{status}</span>}
      </span>
    ),
  },
  {
    id: 'answer',
    header: 'Answer',
    minWidth: 200,
    cell: (row) => (
      <span className="mono" data-tip={row.answer}>
        {row.answer}
      </span>
    ),
  },
];
