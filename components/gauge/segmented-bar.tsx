import { clsx } from 'clsx';

import { formatCompact, formatExact, formatPercent } from '#components/format/number.ts';

import { Meter } from './meter.tsx';

const CELLS = 32;
const GAP = 0.35; // of a cell's width, in the units of the view box

export type ContextPart = {
  id: string;
  label: string;
  tokens: number;
  /** A text class that gives the fill, for example `text-series-2`. */
  colour?: string | undefined;
};

/** How full a model's context window is. Cells, never an arc: it is no budget and no bill. */
export function SegmentedBar(props: {
  label: string;
  /** The model's window in tokens; null when not known. */
  windowTokens: number | null;
  parts: readonly ContextPart[];
  className?: string | undefined;
}) {
  const { windowTokens, parts } = props;
  const used = parts.reduce((sum, part) => sum + part.tokens, 0);
  const percent = windowTokens === null ? null : (used / windowTokens) * 100;
  const whole = windowTokens ?? Math.max(used, 1);
  const lines = parts.map((part) => `${part.label} ${formatExact(part.tokens)}`);
  return (
    <div className={clsx('flex min-w-0 flex-col gap-1', props.className)}>
      <Meter
        label={props.label}
        percent={percent ?? 0}
        spoken={`${formatExact(used)} of ${windowTokens === null ? 'an unknown window' : `${formatExact(windowTokens)} tokens`}`}
        tip={[props.label, ...lines, `Window ${windowText(windowTokens)}`].join('\n')}
      >
        <svg
          viewBox={`0 0 ${CELLS} 1`}
          preserveAspectRatio="none"
          className="h-2.5 w-full"
          aria-hidden
        >
          {Array.from({ length: CELLS }, (_, cell) => (
            <rect
              key={cell}
              x={cell}
              width={1 - GAP}
              height="1"
              className={clsx('fill-current', cellColour(parts, ((cell + 0.5) / CELLS) * whole))}
            />
          ))}
        </svg>
      </Meter>
      <div className="flex justify-between gap-2 text-table text-ink-3" aria-hidden>
        <span>{`${formatCompact(used)} / ${windowTokens === null ? '?' : formatCompact(windowTokens)}`}</span>
        <span>{percent === null ? 'Window not known' : formatPercent(percent)}</span>
      </div>
    </div>
  );
}

function windowText(windowTokens: number | null): string {
  return windowTokens === null ? 'not known' : `${formatExact(windowTokens)} tokens`;
}

/** The part whose tokens reach over `at`, laid end to end. */
function cellColour(parts: readonly ContextPart[], at: number): string {
  let end = 0;
  for (const part of parts) {
    end += part.tokens;
    if (at < end) return part.colour ?? 'text-gauge';
  }
  return 'text-track';
}
