import type { Metadata } from 'next';

import { AgentView } from '#components/agent/agent-view.tsx';

type Props = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).name };
}

export default async function AgentPage({ params }: Props) {
  // A page gets the segment as the address has it; metadata gets it decoded.
  return <AgentView name={decodeURIComponent((await params).name)} />;
}
