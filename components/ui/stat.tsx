import { clsx } from 'clsx';

/** One figure that answers one question. Put several in a StatRow. */
export function Stat(props: {
  label: React.ReactNode;
  /** The figure; pass Num or Money so that the exact value is on hover. */
  value: React.ReactNode;
  unit?: React.ReactNode;
  /** A line below: what changed, over which window, what is missing. */
  sub?: React.ReactNode;
  tone?: 'neutral' | 'waiting' | 'error' | undefined;
  className?: string | undefined;
}) {
  const tone = props.tone ?? 'neutral';
  return (
    <div className={clsx('flex min-w-0 flex-col gap-0.5 px-3 py-2.5', props.className)}>
      <dt className="truncate text-table text-ink-3">{props.label}</dt>
      <dd
        className={clsx(
          'flex items-baseline gap-1 text-figure font-medium tracking-tight whitespace-nowrap',
          tone === 'error' && 'text-error',
          tone === 'waiting' && 'text-waiting',
        )}
      >
        {props.value}
        {props.unit !== undefined && (
          <span className="text-base font-normal tracking-normal text-ink-3">{props.unit}</span>
        )}
      </dd>
      {props.sub !== undefined && <dd className="truncate text-table text-ink-2">{props.sub}</dd>}
    </div>
  );
}

/** Stats in one bordered strip with hairlines between; what wraps last takes what is left. */
export function StatRow(props: { children: React.ReactNode; className?: string | undefined }) {
  return (
    <dl
      className={clsx(
        'flex flex-wrap gap-px overflow-hidden rounded-md border border-line bg-line *:grow *:basis-38 *:bg-panel',
        props.className,
      )}
    >
      {props.children}
    </dl>
  );
}
