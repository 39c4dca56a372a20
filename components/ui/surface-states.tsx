import { clsx } from 'clsx';
import { CircleDashed, SearchX, TriangleAlert } from 'lucide-react';

import { Button } from './button.tsx';

type SurfaceProps = {
  icon: React.ReactNode;
  title: string;
  children?: React.ReactNode;
  actions?: React.ReactNode;
  announce?: 'alert' | 'status' | undefined;
  isCompact?: boolean | undefined;
};

function Surface(props: SurfaceProps) {
  return (
    <div
      role={props.announce}
      className={clsx(
        'mx-auto flex w-full max-w-xl flex-col items-start gap-2 px-4',
        props.isCompact === true ? 'py-6' : 'py-12',
      )}
    >
      {props.icon}
      <h2 className="text-lead font-semibold">{props.title}</h2>
      <div className="flex w-full flex-col gap-3 text-ink-2">{props.children}</div>
      {props.actions !== undefined && <div className="mt-2 flex gap-2">{props.actions}</div>}
    </div>
  );
}

/** There is nothing yet. Say what will fill it; `children` may hold a CopyCommand. */
export function EmptyState(props: {
  title: string;
  icon?: React.ReactNode;
  children?: React.ReactNode;
  actions?: React.ReactNode;
  isCompact?: boolean | undefined;
}) {
  const icon = props.icon ?? <CircleDashed className="size-5" strokeWidth={1.5} aria-hidden />;
  return <Surface {...props} icon={<span className="mb-1 text-ink-3">{icon}</span>} />;
}

/** There is something, but the filters hide all of it. */
export function FilteredEmptyState(props: {
  /** Plural noun: "threads". */
  what: string;
  /** How many there are without the filters, when known. */
  hiddenCount?: number | undefined;
  onClear: () => void;
  isCompact?: boolean | undefined;
}) {
  const { what, hiddenCount } = props;
  return (
    <Surface
      announce="status"
      isCompact={props.isCompact}
      icon={<SearchX className="mb-1 size-5 text-ink-3" strokeWidth={1.5} aria-hidden />}
      title={`No ${what} match these filters`}
      actions={<Button onClick={props.onClear}>Clear filters</Button>}
    >
      {hiddenCount !== undefined && hiddenCount > 0 && (
        <p>{`${hiddenCount.toLocaleString('en-US')} ${what} are hidden by them.`}</p>
      )}
    </Surface>
  );
}

/** What happened, to what, why, and what to do next. */
export function FailedState(props: {
  /** "Threads could not be loaded". */
  what: string;
  /** The reason as the server gave it. */
  why?: string | undefined;
  /** What the reader can do besides trying again. */
  next?: React.ReactNode;
  onRetry?: (() => void) | undefined;
  isRetrying?: boolean | undefined;
  isCompact?: boolean | undefined;
}) {
  return (
    <Surface
      announce="alert"
      isCompact={props.isCompact}
      icon={<TriangleAlert className="mb-1 size-5 text-error" strokeWidth={1.5} aria-hidden />}
      title={props.what}
      actions={
        props.onRetry && (
          <Button onClick={props.onRetry} disabled={props.isRetrying === true}>
            {props.isRetrying === true ? 'Trying again' : 'Try again'}
          </Button>
        )
      }
    >
      {props.why !== undefined && <p className="mono break-words">{props.why}</p>}
      {props.next !== undefined && <p>{props.next}</p>}
    </Surface>
  );
}
