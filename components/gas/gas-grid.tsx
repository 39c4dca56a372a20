'use client';

import { clsx } from 'clsx';
import { useState } from 'react';

import { formatExact } from '#components/format/number.ts';
import { NewRowsBar } from '#components/ui/table/new-rows-bar.tsx';

import { CARD_HEIGHT_PX, CARD_MIN_WIDTH_PX, GasCard } from './gas-card.tsx';
import { type GasGroup, type GasGroupTitle, gridLines, groupGas } from './prepare-gas-grid.ts';
import type { GasRow } from './prepare-gas.ts';
import { usePageWindow } from './use-page-window.ts';
import { useWidth } from './use-width.ts';

const HEAD_HEIGHT_PX = 36;
const GAP_PX = 12;

/** Every gauge, hottest first, by threshold. The order stands still under the pointer and the focus. */
export function GasGrid({ rows }: { rows: readonly GasRow[] }) {
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  const width = useWidth(element);
  const columns = Math.max(2, Math.floor(((width ?? 0) + GAP_PX) / (CARD_MIN_WIDTH_PX + GAP_PX)));
  const [held, setHeld] = useState<readonly GasGroup[] | null>(null);
  const groups = held ?? groupGas(rows);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const lines = gridLines(groups, columns);
  const heights = lines.map((line) => (line.kind === 'head' ? HEAD_HEIGHT_PX : CARD_HEIGHT_PX));
  const seen = usePageWindow(element, heights);
  const hold = () => setHeld((before) => before ?? groups);
  const release = () => setHeld(null);
  return (
    <div
      ref={setElement}
      role="presentation"
      onPointerMove={hold}
      onPointerLeave={release}
      onFocus={hold}
      onBlur={release}
      className="relative"
    >
      <NewRowsBar count={countWaiting(held, rows)} onShow={release} />
      <div style={{ height: seen.before }} />
      {lines.slice(seen.from, seen.to).map((line, at) =>
        line.kind === 'head' ? (
          <GroupHead key={`head ${line.title}`} title={line.title} count={line.count} />
        ) : (
          <div
            key={`${line.title} ${seen.from + at}`}
            style={{
              height: CARD_HEIGHT_PX,
              gap: GAP_PX,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            }}
            className="grid items-start"
          >
            {line.ids.map((id) => {
              const row = byId.get(id);
              return row === undefined ? <GoneCard key={id} /> : <GasCard key={id} row={row} />;
            })}
          </div>
        ),
      )}
      <div style={{ height: seen.after }} />
    </div>
  );
}

function GroupHead({ title, count }: { title: GasGroupTitle; count: number }) {
  return (
    <h2
      style={{ height: HEAD_HEIGHT_PX }}
      className={clsx(
        'flex items-center gap-2 font-semibold',
        title === 'Exhausted' && 'text-error',
      )}
    >
      {title}
      <span className="text-table font-normal text-ink-3">{formatExact(count)}</span>
    </h2>
  );
}

/** Keeps its place until the order is let go. */
function GoneCard() {
  return (
    <div
      style={{ height: CARD_HEIGHT_PX - GAP_PX }}
      className="flex items-center justify-center rounded-md border border-dashed border-line text-table text-ink-3"
    >
      No longer listed
    </div>
  );
}

function countWaiting(held: readonly GasGroup[] | null, rows: readonly GasRow[]): number {
  if (held === null) return 0;
  const known = new Set(held.flatMap((group) => group.ids));
  return rows.filter((row) => !known.has(row.id)).length;
}
