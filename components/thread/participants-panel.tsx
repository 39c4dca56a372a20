'use client';

import Link from 'next/link';

import { useHref } from '#components/api/use-href.ts';
import { useLive } from '#components/live/use-live.ts';
import { Panel } from '#components/ui/panel.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import type { OrganismState } from '#organism/state.ts';

/** Who takes part, and what each is doing now. */
export function ParticipantsPanel(props: {
  names: readonly string[];
  className?: string | undefined;
}) {
  const agents = useLive(selectAgents);
  const hrefOf = useHref();
  return (
    <Panel title="Participants" sub={String(props.names.length)} className={props.className}>
      {props.names.length === 0 && <p className="text-ink-2">Nobody has spoken here yet.</p>}
      <ul className="flex flex-col">
        {props.names.map((name) => {
          const agent = agents.get(name);
          const isListed = agent?.isListed === true;
          return (
            <li key={name} className="flex min-h-7 items-center justify-between gap-3 text-table">
              {isListed ? (
                <Link
                  href={hrefOf(`/agents/${encodeURIComponent(name)}`)}
                  className="touch-halo truncate font-medium hover:underline"
                >
                  {name}
                </Link>
              ) : (
                <span className="truncate font-medium">{name}</span>
              )}
              {isListed ? (
                <StateMark state={agent.state} reason={agent.waitingReason} />
              ) : (
                <span className="text-ink-3">not an agent</span>
              )}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function selectAgents(organism: OrganismState): OrganismState['agents'] {
  return organism.agents;
}
