import { formatExact } from '#components/format/number.ts';
import { shortenId } from '#components/ui/id.tsx';
import { DAY_MS } from '#organism/durations.ts';
import type { EventOf } from '#organism/event.ts';
import type { OrganismState, SourceView } from '#organism/state.ts';

/** A gap this old is history; the sources page keeps it. */
const GAP_ATTENTION_MS = DAY_MS;

/** Something an operator should know of, standing or passed. */
export interface Trouble {
  readonly key: string;
  readonly kind: 'source' | 'notice' | 'gap' | 'error';
  /** What it happened to. */
  readonly subject: string;
  readonly text: string;
  /** Epoch milliseconds of the server's clock; null for what just stands. */
  readonly at: number | null;
  readonly href: string;
}

/** What stands in the way of seeing everything: sources, their notices, gaps. */
export function standingTroubles(
  organism: Pick<OrganismState, 'sources' | 'gaps'>,
  now: number,
): Trouble[] {
  const sources = [...organism.sources.values()];
  return [
    ...sources.flatMap(sourceTrouble),
    ...sources.flatMap(noticeTroubles),
    ...organism.gaps
      .filter((gap) => gap.receivedAt > now - GAP_ATTENTION_MS)
      .toReversed()
      .map(gapTrouble),
  ];
}

function sourceTrouble(source: SourceView): Trouble[] {
  if (source.state !== 'retrying' && source.state !== 'stopped') return [];
  return [
    {
      key: `source:${source.name}`,
      kind: 'source',
      subject: `Source ${source.name} ${source.state === 'retrying' ? 'retries' : 'stopped'}`,
      text: source.reason ?? 'No reason was given.',
      at: source.since,
      href: '/sources',
    },
  ];
}

function noticeTroubles(source: SourceView): Trouble[] {
  return source.notices.map((notice) => ({
    key: `notice:${source.name}:${notice}`,
    kind: 'notice',
    subject: `Source ${source.name}`,
    text: notice,
    at: null,
    href: '/sources',
  }));
}

function gapTrouble(gap: EventOf<'gap'>): Trouble {
  const count = gap.missing === undefined ? '' : `${formatExact(gap.missing)} `;
  return {
    key: `gap:${gap.seq}`,
    kind: 'gap',
    subject: `Gap: ${count}${gap.what} missing`,
    text: gap.reason,
    at: gap.receivedAt,
    href: '/sources',
  };
}

export function errorTrouble(error: EventOf<'error'>): Trouble {
  const { seq, agent, threadId, text, receivedAt } = error;
  return {
    key: `error:${seq}`,
    kind: 'error',
    subject: agent ?? (threadId === null ? 'Organism' : `Thread ${shortenId(threadId)}`),
    text,
    at: receivedAt,
    href: threadId === null ? errorsOf(agent) : `/threads/${encodeURIComponent(threadId)}`,
  };
}

function errorsOf(agent: string | null): string {
  return agent === null ? '/errors' : `/agents/${encodeURIComponent(agent)}`;
}
