'use client';

import { useHref } from '#components/api/use-href.ts';
import { ButtonLink } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy.tsx';
import { Drawer } from '#components/ui/dialog.tsx';
import { Id } from '#components/ui/id.tsx';
import { Instant, TimeAgo } from '#components/ui/time.tsx';

import type { ErrorRow } from './prepare-errors.ts';
import { SeverityMark } from './severity-mark.tsx';

/** One error whole: its text as it came, and where it belongs. */
export function ErrorDrawer(props: {
  isOpen: boolean;
  /** Undefined: the address names an error that is not among those loaded. */
  row: ErrorRow | undefined;
  onClose: () => void;
}) {
  const { row } = props;
  const href = useHref();
  return (
    <Drawer
      open={props.isOpen}
      onClose={props.onClose}
      title={row === undefined ? 'Error not loaded' : 'Error'}
      footer={
        row !== undefined && (
          <>
            {row.threadId !== null && (
              <ButtonLink href={href(`/threads/${encodeURIComponent(row.threadId)}`)}>
                Open thread
              </ButtonLink>
            )}
            {row.agent !== null && (
              <ButtonLink href={href(`/agents/${encodeURIComponent(row.agent)}`)}>
                Open agent
              </ButtonLink>
            )}
          </>
        )
      }
    >
      {row === undefined ? (
        <p className="text-ink-2">
          It is older than the errors on this page, or hidden by a filter. Clear the filters or show
          older errors.
        </p>
      ) : (
        <ErrorFacts row={row} />
      )}
    </Drawer>
  );
}

function ErrorFacts({ row }: { row: ErrorRow }) {
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-y-1.5">
        <dt className="text-ink-3">Severity</dt>
        <dd>
          <SeverityMark severity={row.severity} />
        </dd>
        <dt className="text-ink-3">When</dt>
        <dd>
          <Instant instant={row.at} show="minute" />{' '}
          <span className="text-ink-2">
            (<TimeAgo instant={row.at} />)
          </span>
        </dd>
        <dt className="text-ink-3">Agent</dt>
        <dd className="truncate">{row.agent ?? 'none named'}</dd>
        <dt className="text-ink-3">Thread</dt>
        <dd>{row.threadId === null ? 'none named' : <Id id={row.threadId} what="thread id" />}</dd>
        <dt className="text-ink-3">Journal</dt>
        <dd className="mono">{row.seq}</dd>
      </dl>
      <div>
        <div className="mb-1 flex items-center justify-between">
          <h3 className="font-medium">Text</h3>
          <CopyButton text={row.text} label="Copy text" />
        </div>
        <pre className="rounded-md border border-line bg-canvas p-3 text-table break-words whitespace-pre-wrap">
          {row.text}
        </pre>
      </div>
    </div>
  );
}
