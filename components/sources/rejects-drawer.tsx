'use client';

import { useState } from 'react';

import { type RejectList, useRejects } from '#components/api/use-sources.ts';
import { formatExact } from '#components/format/number.ts';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy.tsx';
import { Drawer } from '#components/ui/dialog.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState } from '#components/ui/surface-states.tsx';
import { TimeAgo } from '#components/ui/time.tsx';

const PAGE_ROWS = 20;

/** What a source sent that was refused, with why and a sample: nothing of it was stored as data. */
export function RejectsDrawer(props: { source: string | null; onClose: () => void }) {
  return (
    <Drawer
      open={props.source !== null}
      onClose={props.onClose}
      title={`Rejects of ${props.source ?? ''}`}
      description="Inputs that were received and refused. None of them is counted anywhere else."
    >
      {props.source !== null && <Rejects key={props.source} source={props.source} />}
    </Drawer>
  );
}

function Rejects({ source }: { source: string }) {
  const [offset, setOffset] = useState(0);
  const rejects = useRejects(source, { limit: PAGE_ROWS, offset });
  if (rejects.data === undefined) {
    return rejects.error === null ? (
      <SkeletonRows label="Loading rejects" />
    ) : (
      <FailedState
        isCompact
        what="Rejects could not be loaded"
        why={rejects.error.detail}
        onRetry={() => void rejects.refetch()}
        isRetrying={rejects.isFetching}
      />
    );
  }
  const { rejects: rows, total } = rejects.data;
  if (total === 0) {
    return (
      <EmptyState isCompact title="Nothing was rejected">
        <p>Every input of this source could be read.</p>
      </EmptyState>
    );
  }
  const last = offset + rows.length;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center gap-2">
        <span className="mr-auto text-ink-2">
          {`${formatExact(offset + 1)} to ${formatExact(last)} of ${formatExact(total)}, newest first`}
        </span>
        <Button
          size="sm"
          disabled={offset === 0}
          onClick={() => setOffset(Math.max(0, offset - PAGE_ROWS))}
        >
          Newer
        </Button>
        <Button size="sm" disabled={last >= total} onClick={() => setOffset(last)}>
          Older
        </Button>
      </div>
      <ul className="flex flex-col gap-3">
        {rows.map((reject) => (
          <Reject key={reject.id} reject={reject} />
        ))}
      </ul>
    </div>
  );
}

function Reject({ reject }: { reject: RejectList['rejects'][number] }) {
  return (
    <li className="flex flex-col gap-1 border-t border-line pt-2">
      <p className="flex items-baseline gap-2">
        <span className="font-medium">{reject.reason}</span>
        <span className="ml-auto shrink-0 text-ink-3">
          <TimeAgo instant={reject.receivedAt} />
        </span>
        <CopyButton text={reject.sample} label="Copy sample" />
      </p>
      {reject.detail !== '' && <p className="break-words text-ink-2">{reject.detail}</p>}
      <pre className="max-h-48 overflow-y-auto rounded-md border border-line bg-canvas p-2 text-table break-all whitespace-pre-wrap">
        {reject.sample}
      </pre>
    </li>
  );
}
