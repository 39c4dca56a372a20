'use client';

import { useState } from 'react';

import { type CommandState, isCommandShown } from '#components/api/command.ts';
import { type CommandControl, useCommand } from '#components/api/use-command.ts';
import { useSession } from '#components/api/use-session.ts';
import { useLive } from '#components/live/use-live.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { shortenId } from '#components/ui/id.tsx';
import type { OrganismState } from '#organism/state.ts';

/** Asks the organism to kill the thread, after a confirmation, and says what is known of the outcome. */
export function KillThread({ threadId }: { threadId: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const command = useCommand();
  const session = useSession();
  const isShown = useLive(
    (organism: OrganismState) =>
      command.state.kind === 'requested' && isCommandShown(command.state, organism) === true,
  );
  const canControl = session.data?.canControl === true;
  const isWaiting = command.state.kind === 'requested' && !isShown;
  return (
    <>
      <KillOutcome state={command.state} isShown={isShown} />
      <Button
        variant="danger"
        disabled={command.state.kind === 'sending' || isWaiting}
        onClick={() => setIsOpen(true)}
      >
        Kill thread
      </Button>
      <Dialog
        open={isOpen}
        onClose={() => setIsOpen(false)}
        title={`Kill thread ${shortenId(threadId)}?`}
        footer={
          <>
            <Button onClick={() => setIsOpen(false)}>{canControl ? 'Cancel' : 'Close'}</Button>
            {canControl && (
              <Button variant="danger" onClick={() => kill(command, threadId, setIsOpen)}>
                Kill thread
              </Button>
            )}
          </>
        }
      >
        {canControl ? <KillWarning /> : <LoginHint />}
      </Dialog>
    </>
  );
}

function kill(command: CommandControl, threadId: string, setIsOpen: (isOpen: boolean) => void) {
  command.send({ kind: 'kill', threadId });
  setIsOpen(false);
}

function KillWarning() {
  return (
    <p className="text-ink-2">
      The organism is asked once to end this thread. Some runtimes only record the request and let
      work under way finish: the status here changes when the organism says so.
    </p>
  );
}

function LoginHint() {
  return (
    <p className="text-ink-2">
      This browser may look but not act. Open the login link that Organoscope printed in its
      terminal once in this browser, then come back. A link works once; starting Organoscope again
      prints a new one.
    </p>
  );
}

function KillOutcome({ state, isShown }: { state: CommandState; isShown: boolean }) {
  const words = outcomeWords(state, isShown);
  if (words === null) return null;
  return (
    <output className="max-w-96 text-table" data-tip={words.detail}>
      <span className={words.isBad ? 'text-error' : 'text-ink-2'}>{words.text}</span>
    </output>
  );
}

function outcomeWords(
  state: CommandState,
  isShown: boolean,
): { text: string; detail?: string | undefined; isBad: boolean } | null {
  switch (state.kind) {
    case 'idle':
      return null;
    case 'sending':
      return { text: 'Sending', isBad: false };
    case 'requested':
      return isShown
        ? null
        : { text: 'Kill requested, waiting for the organism to show it', isBad: false };
    case 'refused':
      return { text: `Not killed: ${state.detail}`, detail: state.detail, isBad: true };
    case 'unknown':
      return {
        text: 'Outcome unknown: it may have been killed. It is not sent again by itself.',
        detail: state.detail,
        isBad: true,
      };
  }
}
