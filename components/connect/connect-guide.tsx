'use client';

import { Cable } from 'lucide-react';

import { useSession, useStartDemo } from '#components/api/use-session.ts';
import { Button } from '#components/ui/button.tsx';
import { CopyCommand } from '#components/ui/copy.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

import { FoundRuntimes } from './found-runtimes.tsx';
import { RUNTIMES } from './runtimes.ts';

/** What a page shows while no organism is known: a demo to look at first, and how to connect one. */
export function ConnectGuide() {
  return (
    <EmptyState
      title="No organism is connected"
      icon={<Cable className="size-5" strokeWidth={1.5} aria-hidden />}
    >
      <p>Start Organoscope with the address of a running organism. Everything else fills itself.</p>
      <FoundRuntimes />
      <DemoOffer />
      {RUNTIMES.map((runtime) => (
        <section key={runtime.kind} className="flex flex-col gap-1.5 border-t border-line pt-3">
          <h3 className="font-medium text-ink">{runtime.name}</h3>
          <p>{runtime.needs}</p>
          <CopyCommand command={runtime.command} />
        </section>
      ))}
    </EmptyState>
  );
}

function DemoOffer() {
  const session = useSession();
  const demo = useStartDemo();
  if (session.data === undefined || session.data.demo === 'unavailable') return null;
  const { canControl } = session.data;
  const isStarting = demo.isRunning || session.data.demo === 'running';
  return (
    <section className="flex flex-col gap-1.5 border-t border-line pt-3">
      <h3 className="font-medium text-ink">Demo organism</h3>
      <p>Twelve artificial agents that talk, spend tokens and run dry, on this machine only.</p>
      {canControl ? (
        <div>
          <Button variant="primary" disabled={isStarting} onClick={demo.run}>
            {isStarting ? 'Starting the demo organism' : 'Start the demo organism'}
          </Button>
        </div>
      ) : (
        <>
          <p>
            To start it from here, open the login link that Organoscope printed in its terminal. Or
            start it there:
          </p>
          <CopyCommand command="npm run demo" />
        </>
      )}
      {demo.error !== null && (
        <p role="alert" className="text-error">
          {`The demo organism did not start. ${demo.error.detail}`}
        </p>
      )}
    </section>
  );
}
