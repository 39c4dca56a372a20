'use client';

import Link from 'next/link';

import { useHref } from '#components/api/use-href.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { StateMark } from '#components/ui/state-mark.tsx';
import type { AgentView } from '#organism/state.ts';

/** Whom the agent may speak to, and who may speak to it. */
export function Peers({ agent }: { agent: AgentView }) {
  const namedBy = usePacedLive(({ agents }) =>
    [...agents.values()]
      .filter((other) => other.peers.includes(agent.name) && !other.isRemoved)
      .map((other) => other.name),
  );
  // A runtime that tells of no peers at all has no rule about who speaks to whom.
  if (agent.peers.length === 0 && namedBy.length === 0 && agent.parent === null) return null;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-4 gap-y-1">
      <PeerLine label="May speak to" names={agent.peers} />
      <PeerLine label="Named by" names={namedBy} />
      {agent.parent !== null && <PeerLine label="Part of" names={[agent.parent]} />}
    </dl>
  );
}

function PeerLine(props: { label: string; names: readonly string[] }) {
  return (
    <>
      <dt className="text-ink-3">{props.label}</dt>
      <dd className="flex flex-wrap gap-x-4 gap-y-1">
        {props.names.length === 0 && <span className="text-ink-3">no one</span>}
        {props.names.map((name) => (
          <PeerLink key={name} name={name} />
        ))}
      </dd>
    </>
  );
}

function PeerLink({ name }: { name: string }) {
  const hrefOf = useHref();
  const state = usePacedLive(({ agents }) => agents.get(name)?.state ?? 'unknown');
  return (
    <Link
      href={hrefOf(`/agents/${encodeURIComponent(name)}`)}
      prefetch={false}
      className="touch-halo inline-flex items-center gap-1.5 hover:underline hover:underline-offset-2"
    >
      <StateMark state={state} isWordHidden />
      {name}
    </Link>
  );
}
