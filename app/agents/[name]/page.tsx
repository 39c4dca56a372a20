import type { Metadata } from 'next';

import { AgentView } from '#components/agent/agent-view.tsx';

type Props = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).name };
}

export default async function AgentPage({ params }: Props) {
  return <AgentView name={(await params).name} />;
}
