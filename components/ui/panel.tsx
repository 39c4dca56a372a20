import { clsx } from 'clsx';

/** A bordered surface with a title line. `flush` lets a table or chart meet the border. */
export function Panel(props: {
  title?: React.ReactNode;
  /** A quiet fact beside the title: a count, a window of time. */
  sub?: React.ReactNode;
  actions?: React.ReactNode;
  flush?: boolean | undefined;
  className?: string | undefined;
  children: React.ReactNode;
}) {
  const hasHead = props.title !== undefined || props.actions !== undefined;
  return (
    <section
      className={clsx(
        'flex min-h-0 min-w-0 flex-col rounded-md border border-line bg-panel',
        props.flush === true && 'overflow-hidden',
        props.className,
      )}
    >
      {hasHead && (
        <header className="flex min-h-10 shrink-0 items-center gap-2 px-3 py-1.5">
          <h2 className="truncate font-semibold">{props.title}</h2>
          {props.sub !== undefined && (
            // The title is what must be read: this has only the room that is left.
            <span className="min-w-0 flex-1 truncate text-table text-ink-3">{props.sub}</span>
          )}
          <div className="ml-auto flex shrink-0 items-center gap-1.5">{props.actions}</div>
        </header>
      )}
      <div
        className={clsx(
          'flex min-h-0 flex-1 flex-col',
          props.flush === true ? hasHead && 'border-t border-line' : 'px-3 pb-3',
          props.flush !== true && !hasHead && 'pt-3',
        )}
      >
        {props.children}
      </div>
    </section>
  );
}
