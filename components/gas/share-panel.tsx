'use client';

import { clsx } from 'clsx';

import { formatPercent } from '#components/format/number.ts';
import { Cost } from '#components/ui/cost.tsx';
import { Num } from '#components/ui/figures.tsx';
import { Panel } from '#components/ui/panel.tsx';
import {
  assignSeriesColours,
  REST_COLOUR,
  type SeriesColour,
} from '#components/ui/series-colour.ts';

import type { Share, Shares } from './prepare-shares.ts';

/** Who spends the gas. Plain bars, not gauges: agents and models have no limit to run against. */
export function SharePanel(props: { what: 'agent' | 'model'; shares: Shares }) {
  const { shares, what } = props;
  const colours = assignSeriesColours(
    shares.rows.filter((row) => row.kind === 'named').map((row) => row.name),
  );
  return (
    <Panel
      title={`By ${what}`}
      sub={`share of all recorded tokens${shares.total > shares.shown ? `, top ${shares.shown} of ${shares.total}` : ''}`}
    >
      {shares.rows.length === 0 ? (
        <p className="text-ink-2">{`No model call is recorded, so no ${what} has a share yet.`}</p>
      ) : (
        <table className="w-full table-fixed text-table">
          <caption className="sr-only">{`Tokens and cost by ${what}`}</caption>
          <colgroup>
            <col />
            <col width={60} />
            <col width={64} />
            <col width={shares.rows.some((row) => row.unpricedRequests > 0) ? 132 : 76} />
          </colgroup>
          <thead className="text-ink-3">
            <tr>
              <th scope="col" className="pb-1 text-left font-normal">
                {what === 'agent' ? 'Agent' : 'Model'}
              </th>
              <th scope="col" className="pb-1 text-right font-normal">
                Share
              </th>
              <th scope="col" className="pb-1 text-right font-normal">
                Tokens
              </th>
              <th scope="col" className="pb-1 text-right font-normal">
                Cost USD
              </th>
            </tr>
          </thead>
          <tbody>
            {shares.rows.map((row) => (
              <ShareRow
                key={`${row.kind} ${row.name}`}
                row={row}
                colour={colours.get(row.name) ?? REST_COLOUR}
              />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function ShareRow({ row, colour }: { row: Share; colour: SeriesColour }) {
  return (
    <tr className="h-7 align-top">
      <th
        scope="row"
        data-tip={row.name}
        className={clsx('pr-3 text-left font-normal', row.kind !== 'named' && 'text-ink-3')}
      >
        <span className="block truncate">{row.name}</span>
        <span
          className={clsx('block h-1', colour.swatch)}
          style={{ width: `max(1px, ${row.percent}%)` }}
        />
      </th>
      <td className="text-right">{formatPercent(row.percent)}</td>
      <td className="text-right">
        <Num value={row.tokens} unit="tokens" />
      </td>
      <td className="text-right">
        <Cost costNanos={row.costNanos} unpricedRequests={row.unpricedRequests} />
      </td>
    </tr>
  );
}
