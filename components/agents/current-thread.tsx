'use client';

import Link from 'next/link';

import { useHref } from '#components/api/use-href.ts';
import { Unknown } from '#components/ui/figures.tsx';
import { shortenId } from '#components/ui/id.tsx';

/** The thread an agent works on, one press away. */
export function CurrentThread({ id }: { id: string | null }) {
  const hrefOf = useHref();
  if (id === null || id === '') return <Unknown />;
  return (
    <Link
      href={hrefOf(`/threads/${encodeURIComponent(id)}`)}
      prefetch={false}
      data-tip={id}
      className="mono text-ink-2 hover:text-ink hover:underline hover:underline-offset-2"
    >
      {shortenId(id)}
    </Link>
  );
}
