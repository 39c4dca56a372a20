'use client';

import Link from 'next/link';

import { useHref } from '#components/api/use-href.ts';
import { ContextBar } from '#components/gauge/context-bar.tsx';
import { shortenId } from '#components/ui/id.tsx';
import { Panel } from '#components/ui/panel.tsx';

import type { ContextRow } from './prepare-contexts.ts';

const MAX_SHOWN = 12;

/** How full the models' context windows are. Cells, not arcs: nobody pays for a full window. */
export function ContextsPanel({ contexts }: { contexts: readonly ContextRow[] }) {
  const hrefOf = useHref();
  const shown = contexts.slice(0, MAX_SHOWN);
  return (
    <Panel
      title="Context windows"
      sub={
        contexts.length > shown.length
          ? `how full they are, the latest ${shown.length} of ${contexts.length}; no budgets`
          : 'how full they are; no budgets'
      }
    >
      <ul className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-3 xl:grid-cols-6">
        {shown.map((context) => (
          <li key={context.threadId} className="min-w-0">
            <Link
              href={hrefOf(`/threads/${encodeURIComponent(context.threadId)}`)}
              prefetch={false}
              className="mono block truncate text-table font-medium hover:underline"
              data-tip={context.threadId}
            >
              {shortenId(context.threadId)}
            </Link>
            <ContextBar
              label={`Context window of thread ${shortenId(context.threadId)}`}
              context={context}
            />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
