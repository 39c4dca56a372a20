'use client';

import Link from 'next/link';

import { useHref } from '#components/api/use-href.ts';
import { formatEstimate } from '#components/format/time.ts';
import { ArcGauge } from '#components/gauge/arc-gauge.tsx';
import { Num, Unknown } from '#components/ui/figures.tsx';
import { shortenId } from '#components/ui/id.tsx';
import { Panel } from '#components/ui/panel.tsx';

import type { GasSum } from './prepare-gas.ts';

/** All running budgets as one gauge, and what runs dry first. */
export function OrganismGauge({ sum, name }: { sum: GasSum; name: string }) {
  return (
    <Panel title="Organism" sub="sum of running budgets">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <ArcGauge
          label={`Running budgets of ${name}`}
          size="md"
          used={sum.used}
          limit={sum.budgets === 0 ? null : sum.limit}
          timeToEmptyMs={sum.timeToEmptyMs}
          source="the sum of running budgets; the organism itself has no limit"
        />
        <dl className="grid min-w-48 flex-1 grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-table">
          <Fact label="Running">
            <Num value={sum.budgets} />
          </Fact>
          <Fact label="Exhausted">
            <span className={sum.exhausted > 0 ? 'font-semibold text-error' : undefined}>
              <Num value={sum.exhausted} />
            </span>
          </Fact>
          <Fact label="75 % or more">
            <span className={sum.hot > 0 ? 'font-semibold text-waiting' : undefined}>
              <Num value={sum.hot} />
            </span>
          </Fact>
          <Fact label="Burn rate, 5 min">
            {sum.ratePerMinute === null ? (
              'No estimate'
            ) : (
              <>
                <Num value={Math.round(sum.ratePerMinute)} unit="tokens per minute" />
                <span className="text-ink-3"> tok/min</span>
              </>
            )}
          </Fact>
          <Fact label="Dry first">
            <NextDry sum={sum} />
          </Fact>
          {sum.unlimited > 0 && (
            <Fact label="Without a limit">
              <Num value={sum.unlimited} />
            </Fact>
          )}
        </dl>
      </div>
    </Panel>
  );
}

function NextDry({ sum }: { sum: GasSum }) {
  const hrefOf = useHref();
  const next = sum.nextDry;
  if (next === null || next.timeToEmptyMs === null) return <Unknown />;
  return (
    <Link
      href={hrefOf(`/threads/${encodeURIComponent(next.id)}`)}
      className="text-accent hover:underline"
      data-tip={`Thread ${next.id}`}
      aria-label={`Thread ${shortenId(next.id)} in ${formatEstimate(next.timeToEmptyMs)}`}
    >
      {`in ${formatEstimate(next.timeToEmptyMs)}`}
    </Link>
  );
}

function Fact(props: { label: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="whitespace-nowrap text-ink-3">{props.label}</dt>
      <dd className="text-right">{props.children}</dd>
    </>
  );
}
