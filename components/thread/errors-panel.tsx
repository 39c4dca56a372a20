'use client';

import Link from 'next/link';

import { useErrors } from '#components/api/use-errors.ts';
import { useHref } from '#components/api/use-href.ts';
import { Panel } from '#components/ui/panel.tsx';
import { FailedState } from '#components/ui/surface-states.tsx';
import { Instant } from '#components/ui/time.tsx';
import { parseInstant } from '#organism/instant.ts';

const SHOWN_ERRORS = 20;

/** What went wrong in this thread, newest first. `lastError` is known before the store is asked. */
export function ErrorsPanel(props: {
  threadId: string;
  lastError: string | null;
  className?: string | undefined;
}) {
  const hrefOf = useHref();
  const errors = useErrors({ thread: props.threadId, limit: SHOWN_ERRORS });
  const rows = errors.data?.errors ?? [];
  if (errors.error !== null && errors.data === undefined) {
    return (
      <Panel title="Errors" className={props.className}>
        <FailedState
          what="Errors could not be loaded"
          why={errors.error.detail}
          onRetry={() => void errors.refetch()}
          isCompact
        />
      </Panel>
    );
  }
  if (rows.length === 0 && props.lastError === null) return null;
  const total = errors.data?.total ?? rows.length;
  return (
    <Panel
      title="Errors"
      sub={total > rows.length ? `newest ${rows.length} of ${total}` : undefined}
      actions={
        <Link
          href={hrefOf(`/errors?thread=${encodeURIComponent(props.threadId)}`)}
          className="text-table text-accent hover:underline"
        >
          All errors
        </Link>
      }
      className={props.className}
    >
      {rows.length === 0 && <p className="break-words text-error">{props.lastError}</p>}
      <ul className="flex flex-col gap-2">
        {rows.map((error) => (
          <li key={error.seq} className="border-t border-line pt-2 first:border-0 first:pt-0">
            <p className="flex gap-2 text-table text-ink-3">
              <Instant instant={parseInstant(error.timestamp)} />
              {error.agent !== null && <span className="truncate">{error.agent}</span>}
              <span className={error.severity === 'warning' ? 'text-waiting' : 'text-error'}>
                {error.severity}
              </span>
            </p>
            <p className="break-words">{error.error}</p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
