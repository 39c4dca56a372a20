import Link from 'next/link';

import { Unknown } from '#components/ui/figures.tsx';
import { Mono, shortenId } from '#components/ui/id.tsx';
import type { Column } from '#components/ui/table/column.ts';
import { TimeAgo } from '#components/ui/time.tsx';

import { type ErrorRow, severityRank } from './prepare-errors.ts';
import { SeverityMark } from './severity-mark.tsx';

/** @param href makes links that stay with the organism in view */
export function errorColumns(href: (path: string) => string): Column<ErrorRow>[] {
  return [
    {
      id: 'at',
      header: 'When',
      onCard: 'corner',
      width: 100,
      sortBy: (row) => row.at,
      cell: (row) => <TimeAgo instant={row.at} />,
    },
    {
      id: 'severity',
      header: 'Severity',
      onCard: 'line',
      width: 110,
      sortBy: (row) => severityRank(row.severity),
      cell: (row) => <SeverityMark severity={row.severity} />,
    },
    {
      id: 'text',
      header: 'Error',
      minWidth: 280,
      isTitle: true,
      cell: (row) => row.text.split('\n', 1)[0] ?? '',
    },
    {
      id: 'agent',
      header: 'Agent',
      width: 150,
      sortBy: (row) => row.agent,
      cell: ({ agent }) =>
        agent === null ? (
          <Unknown />
        ) : (
          <RowLink href={href(`/agents/${encodeURIComponent(agent)}`)}>{agent}</RowLink>
        ),
    },
    {
      id: 'thread',
      header: 'Thread',
      width: 130,
      cell: ({ threadId }) =>
        threadId === null ? (
          <Unknown />
        ) : (
          <RowLink href={href(`/threads/${encodeURIComponent(threadId)}`)}>
            <Mono>{shortenId(threadId)}</Mono>
          </RowLink>
        ),
    },
  ];
}

function RowLink(props: { href: string; children: React.ReactNode }) {
  return (
    <Link
      href={props.href}
      prefetch={false}
      className="underline-offset-2 hover:underline focus-visible:underline"
    >
      {props.children}
    </Link>
  );
}
