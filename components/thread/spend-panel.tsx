'use client';

import { useUsageBreakdown } from '#components/api/use-usage.ts';
import { Cost } from '#components/ui/cost.tsx';
import { Num } from '#components/ui/figures.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { FailedState } from '#components/ui/surface-states.tsx';
import type { UsageBreakdown } from '#organism/api/resources.ts';
import { totalTokens } from '#organism/tokens.ts';

/** What the thread's model calls cost, by the agent that made them and the model that answered. */
export function SpendPanel(props: { threadId: string; className?: string | undefined }) {
  const usage = useUsageBreakdown({ groupBy: ['agent', 'model'], thread: props.threadId });
  return (
    <Panel title="Cost by agent and model" sub="USD" className={props.className}>
      {usage.data === undefined && usage.error === null && (
        <SkeletonRows rows={3} label="Loading usage" />
      )}
      {usage.data === undefined && usage.error !== null && (
        <FailedState
          what="Usage could not be loaded"
          why={usage.error.detail}
          onRetry={() => void usage.refetch()}
          isCompact
        />
      )}
      {usage.data !== undefined &&
        (usage.data.rows.length === 0 ? (
          <p className="text-ink-2">No model call of this thread is recorded.</p>
        ) : (
          <SpendTable usage={usage.data} />
        ))}
    </Panel>
  );
}

function SpendTable({ usage }: { usage: UsageBreakdown }) {
  return (
    <table className="w-full table-fixed text-table">
      <colgroup>
        <col />
        <col width={64} />
        <col width={116} />
      </colgroup>
      <thead className="text-ink-3">
        <tr>
          <th scope="col" className="py-1 text-left font-normal">
            Agent, model
          </th>
          <th scope="col" className="text-right font-normal">
            Tokens
          </th>
          <th scope="col" className="text-right font-normal">
            Cost
          </th>
        </tr>
      </thead>
      <tbody>
        {usage.rows.map(({ keys: [agent, model], sum }) => (
          <tr key={`${agent} ${model}`} className="border-t border-line align-baseline">
            <th scope="row" className="truncate py-1 text-left font-normal">
              {agent ?? <span className="text-ink-3">no agent named</span>}
              <span className="block truncate text-ink-3">{model ?? 'no model named'}</span>
            </th>
            <td className="text-right">
              <Num value={totalTokens(sum.tokens)} unit="tokens" />
            </td>
            <td className="text-right">
              <Cost costNanos={sum.costNanos} unpricedRequests={sum.unpricedRequests} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr className="border-t border-line-strong font-medium">
          <th scope="row" className="py-1 text-left">
            Total
          </th>
          <td className="text-right">
            <Num value={totalTokens(usage.total.tokens)} unit="tokens" />
          </td>
          <td className="text-right">
            <Cost
              costNanos={usage.total.costNanos}
              unpricedRequests={usage.total.unpricedRequests}
            />
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
