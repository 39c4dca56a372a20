import { ArrowRight } from 'lucide-react';

/** An end that the source left empty still has a place in the line. */
export function endName(name: string): string {
  return name === '' ? 'no one' : name;
}

/** Who speaks to whom, the arrow in one place for all rows. */
export function MessageEnds(props: { from: string; to: string }) {
  return (
    <span className="grid w-full grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)] items-center gap-1.5">
      <End name={props.from} />
      <ArrowRight className="size-3 text-ink-3" aria-label="to" />
      <End name={props.to} />
    </span>
  );
}

function End({ name }: { name: string }) {
  return <span className={name === '' ? 'truncate text-ink-3' : 'truncate'}>{endName(name)}</span>;
}
