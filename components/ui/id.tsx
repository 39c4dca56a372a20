'use client';

import { clsx } from 'clsx';

import { CopyButton } from './copy.tsx';

const HEAD = 6;
const TAIL = 6;
/** What a table's column shows whole. */
const WHOLE = 15;

/** Text that is compared digit by digit. */
export function Mono(props: { children: React.ReactNode; className?: string | undefined }) {
  return <span className={clsx('mono', props.className)}>{props.children}</span>;
}

/** An id, shortened in the middle, whole on hover, copied with a press. */
export function Id(props: {
  id: string;
  /** What it identifies, for the copy tip: "thread id". */
  what?: string | undefined;
  /** Leave the copy button out where rows are dense. */
  canCopy?: boolean | undefined;
  className?: string | undefined;
}) {
  const shown = shortenId(props.id);
  return (
    <span
      className={clsx(
        'group/id inline-flex max-w-full items-center gap-0.5 align-middle',
        props.className,
      )}
    >
      <span className="mono truncate" data-tip={shown === props.id ? undefined : props.id}>
        {shown}
      </span>
      {props.canCopy !== false && (
        <CopyButton
          text={props.id}
          label={`Copy ${props.what ?? 'id'}`}
          className="-my-1 opacity-0 group-hover/id:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
        />
      )}
    </span>
  );
}

/** Keeps the head and the tail, where ids of one family differ. Short ones stay whole. */
export function shortenId(id: string): string {
  if (id.length <= WHOLE) return id;
  return `${id.slice(0, HEAD)}…${id.slice(-TAIL)}`;
}
