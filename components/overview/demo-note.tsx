'use client';

import { useHref } from '#components/api/use-href.ts';
import { useSession } from '#components/api/use-session.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { ButtonLink } from '#components/ui/button.tsx';

/** The source that the switch of the demo connects to. */
const DEMO_SOURCE = 'demo';

/** Says of the demo that it is one, and where to go from it. */
export function DemoNote() {
  const hrefOf = useHref();
  const isRunning = useSession().data?.demo === 'running';
  const isShown = usePacedLive((organism) => organism.sources.has(DEMO_SOURCE));
  if (!isRunning || !isShown) return null;
  return (
    <>
      <p className="text-ink-2">
        Demo with artificial agents
        <span className="max-sm:hidden"> on this machine: nothing is billed</span>
      </p>
      <ButtonLink size="sm" href={hrefOf('/sources#connect')}>
        Connect your own
      </ButtonLink>
    </>
  );
}
