'use client';

import { useState } from 'react';

import { useCommand } from '#components/api/use-command.ts';
import { useOffers } from '#components/api/use-offers.ts';
import { CommandOutcome } from '#components/command/command-outcome.tsx';
import { ConfirmCommand } from '#components/command/confirm-command.tsx';
import { useCommandShown } from '#components/command/use-command-shown.ts';
import { useLive } from '#components/live/use-live.ts';
import { Button } from '#components/ui/button.tsx';
import { shortenId } from '#components/ui/id.tsx';

/** Asks the organism to kill the thread, after a confirmation, and says what is known of the outcome. */
export function KillThread({ threadId }: { threadId: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const { send, state } = useCommand();
  const isWaiting = useCommandShown(state) === false;
  const offer = useOffers(useLive((organism) => organism.organismId));
  if (offer?.commands.includes('kill') !== true) return null;
  return (
    <>
      <CommandOutcome state={state} />
      <Button
        variant="danger"
        disabled={state.kind === 'sending' || isWaiting}
        onClick={() => setIsOpen(true)}
      >
        Kill thread
      </Button>
      <ConfirmCommand
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={`Kill thread ${shortenId(threadId)}?`}
        verb="Kill thread"
        isDanger
        onConfirm={() => send({ kind: 'kill', threadId })}
      >
        The organism is asked once to end this thread. Some runtimes only record the request and let
        work under way finish: the status here changes when the organism says so.
      </ConfirmCommand>
    </>
  );
}
