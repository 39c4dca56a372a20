import { clsx } from 'clsx';

/** Title of a page, one line of fact under it, and what can be done here on the right. */
export function PageHeader(props: {
  title: React.ReactNode;
  sub?: React.ReactNode;
  actions?: React.ReactNode;
}) {
  return (
    <div
      className={clsx(
        'flex flex-wrap justify-between gap-x-4 gap-y-2',
        props.sub === undefined ? 'items-center' : 'items-end',
      )}
    >
      <div className="min-w-0">
        <h1 className="truncate text-title font-semibold tracking-tight">{props.title}</h1>
        {props.sub !== undefined && <p className="text-ink-2">{props.sub}</p>}
      </div>
      {props.actions !== undefined && (
        <div className="flex flex-wrap items-center gap-2">{props.actions}</div>
      )}
    </div>
  );
}

/** The frame every page stands in. `fill` gives the last child the rest of the height. */
export function Page(props: { fill?: boolean | undefined; children: React.ReactNode }) {
  return (
    <div
      className={
        props.fill === true
          ? 'flex h-full min-h-0 flex-col gap-4 p-3 sm:p-4'
          : 'flex flex-col gap-4 p-3 sm:p-4'
      }
    >
      {props.children}
    </div>
  );
}
