import { ArrowRight } from 'lucide-react';

/** An end that the source left empty still has a place in the line. */
export function endName(name: string): string {
  return name === '' ? 'no one' : name;
}

/** Who speaks to whom; in a table the arrow is in one place for all rows. */
export function MessageEnds(props: { from: string; to: string }) {
  return (
    <span className="flex w-full min-w-0 items-center gap-1.5 sm:grid sm:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)]">
      <End name={props.from} />
      <ArrowRight className="size-3 shrink-0 text-ink-3" aria-label="to" />
      <End name={props.to} />
    </span>
  );
}

function End({ name }: { name: string }) {
  return <span className={name === '' ? 'truncate text-ink-3' : 'truncate'}>{endName(name)}</span>;
}
