'use client';

import { formatEstimate } from '#components/format/time.ts';
import { ArcGauge } from '#components/gauge/arc-gauge.tsx';
import { useServerNow } from '#components/live/use-live.ts';
import { Num, Unknown } from '#components/ui/figures.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { Instant, TimeAgo } from '#components/ui/time.tsx';
import { BUDGET_THRESHOLDS } from '#organism/gas.ts';

import { readBudget, type BudgetFacts, type ThreadBudget } from './read-budget.ts';

const WINDOW_TEXT = 'the last 5 min';

/** How much of its budget the thread has spent, how fast, and when it runs dry. */
export function BudgetPanel(props: {
  budget: ThreadBudget | null;
  /** The thread runs: its budget may still be spent. */
  isRunning: boolean;
  className?: string | undefined;
}) {
  const now = useServerNow();
  const { budget, isRunning } = props;
  return (
    <Panel title="Budget" className={props.className}>
      {budget === null ? (
        <p className="text-ink-2">
          The source names no budget for this thread, so nothing can run dry.
        </p>
      ) : (
        <BudgetBody budget={budget} facts={readBudget(budget, isRunning, now)} />
      )}
    </Panel>
  );
}

function BudgetBody({ budget, facts }: { budget: ThreadBudget; facts: BudgetFacts }) {
  return (
    <div className="flex flex-col gap-3">
      <div className="flex justify-center">
        <ArcGauge
          label="Thread budget"
          size="lg"
          used={budget.totalTokens}
          limit={facts.limit}
          timeToEmptyMs={facts.timeToEmptyMs}
          source="the organism's budget of this thread"
        />
      </div>
      {!facts.isCurrent && (
        <p className="text-table text-ink-2">
          {'Last reading '}
          <Instant instant={budget.readAt} show="minute" />
          {'. The thread has ended: these are the last figures its source gave.'}
        </p>
      )}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-table">
        <Fact label="Remaining">
          {facts.limit === null ? 'No limit' : <Num value={facts.remaining} unit="tokens" exact />}
        </Fact>
        <Fact label={`Burn rate over ${WINDOW_TEXT}`}>
          {facts.ratePerMinute === null ? (
            'No estimate'
          ) : (
            <>
              <Num value={Math.round(facts.ratePerMinute)} unit="tokens per minute" />
              <span className="text-ink-3"> tok/min</span>
            </>
          )}
        </Fact>
        <Fact label="Time to empty at that rate">
          {facts.timeToEmptyMs === null ? 'No estimate' : formatEstimate(facts.timeToEmptyMs)}
        </Fact>
        <Fact label="Prompt and completion">
          <Num value={budget.promptTokens} unit="prompt tokens" />
          <span className="text-ink-3"> + </span>
          <Num value={budget.completionTokens} unit="completion tokens" />
        </Fact>
        <Fact label="Read">
          <TimeAgo instant={budget.readAt} />
        </Fact>
      </dl>
      <Thresholds facts={facts} />
    </div>
  );
}

function Thresholds({ facts }: { facts: BudgetFacts }) {
  if (facts.limit === null) return null;
  if (BUDGET_THRESHOLDS.every((threshold) => facts.crossings[threshold] === 'not')) {
    return (
      <p className="text-table text-ink-3">{`None of ${BUDGET_THRESHOLDS.join(', ')} % crossed yet.`}</p>
    );
  }
  return (
    <table className="w-full text-table">
      <caption className="pb-1 text-left text-ink-3">Thresholds crossed</caption>
      <tbody>
        {BUDGET_THRESHOLDS.map((threshold) => {
          const crossing = facts.crossings[threshold];
          return (
            <tr key={threshold} className="border-t border-line">
              <th scope="row" className="py-1 text-left font-normal">
                {`${threshold} % ${THRESHOLD_WORDS[threshold]}`}
              </th>
              <td className="text-right">
                {crossing === 'not' && <span className="text-ink-3">not yet</span>}
                {crossing === 'unknown' && (
                  <span className="text-ink-2">
                    crossed, time <Unknown />
                  </span>
                )}
                {typeof crossing === 'number' && <Instant instant={crossing} />}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const THRESHOLD_WORDS = { 75: 'warning', 90: 'critical', 95: 'final', 100: 'exhausted' } as const;

function Fact(props: { label: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{props.label}</dt>
      <dd className="text-right">{props.children}</dd>
    </>
  );
}
