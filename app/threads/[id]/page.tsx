import type { Metadata } from 'next';

import { ThreadView } from '#components/thread/thread-view.tsx';

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Thread ${(await params).id}` };
}

export default async function ThreadPage({ params }: Props) {
  // A page gets the segment as the address has it; metadata gets it decoded.
  const id = decodeURIComponent((await params).id);
  return <ThreadView key={id} threadId={id} />;
}
