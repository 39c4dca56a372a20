'use client';

import { useConnectFound, useDiscovery } from '#components/api/use-discovery.ts';
import { useSession } from '#components/api/use-session.ts';
import { Button } from '#components/ui/button.tsx';
import { CopyCommand } from '#components/ui/copy.tsx';

/** What runs on this machine already, one press away from being watched. */
export function FoundRuntimes() {
  const discovery = useDiscovery();
  const session = useSession();
  const connecting = useConnectFound();
  const found = discovery.data?.found ?? [];
  if (found.length === 0) return null;
  const canControl = session.data?.canControl === true;
  return (
    <section className="flex flex-col gap-1.5 rounded-md border border-accent/40 bg-panel px-3 py-2.5">
      <h3 className="font-medium text-ink">Found on this machine</h3>
      <ul className="flex flex-col gap-1.5">
        {found.map(({ name, title }) => (
          <li key={name} className="flex items-center justify-between gap-3">
            <span className="min-w-0 break-words">{title}</span>
            {canControl && (
              <Button
                variant="primary"
                disabled={connecting.pending !== null}
                onClick={() => connecting.connect(name)}
              >
                {connecting.pending === name ? 'Connecting' : 'Connect'}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {!canControl && (
        <>
          <p>
            Nothing of it is read yet. To connect it from here, open the login link that Organoscope
            printed in its terminal. Or start it with:
          </p>
          <CopyCommand command="npm start -- --auto" />
        </>
      )}
      {connecting.error !== null && (
        <p role="alert" className="text-error">
          {`It was not connected. ${connecting.error.detail}`}
        </p>
      )}
    </section>
  );
}
