'use client';

import { Pause, Play, Send } from 'lucide-react';
import { useState } from 'react';

import { useCommand } from '#components/api/use-command.ts';
import { useOffers } from '#components/api/use-offers.ts';
import { useSession } from '#components/api/use-session.ts';
import { CommandOutcome } from '#components/command/command-outcome.tsx';
import { ConfirmCommand } from '#components/command/confirm-command.tsx';
import { LoginHint } from '#components/command/login-hint.tsx';
import { useLive } from '#components/live/use-live.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import type { AgentView } from '#organism/state.ts';

import { InjectForm } from './inject-form.tsx';

/** Pause, resume and inject, each confirmed, and what became of the last one. */
export function AgentCommands({ agent }: { agent: AgentView }) {
  const [open, setOpen] = useState<'switch' | 'inject' | null>(null);
  const command = useCommand();
  const commands = useOffers(useLive((organism) => organism.organismId))?.commands ?? [];
  const isPaused = agent.state === 'paused';
  const isSending = command.state.kind === 'sending';
  const close = () => setOpen(null);
  const verb = isPaused ? 'Resume' : 'Pause';
  const Icon = isPaused ? Play : Pause;
  return (
    <>
      <CommandOutcome state={command.state} />
      {commands.includes(isPaused ? 'resume' : 'pause') && (
        <Button disabled={isSending} onClick={() => setOpen('switch')}>
          <Icon className="size-3.5" aria-hidden />
          {verb}
        </Button>
      )}
      {commands.includes('inject') && (
        <Button disabled={isSending} onClick={() => setOpen('inject')}>
          <Send className="size-3.5" aria-hidden />
          Inject message
        </Button>
      )}
      <ConfirmCommand
        isOpen={open === 'switch'}
        onClose={close}
        title={`${verb} ${agent.name}?`}
        verb={verb}
        onConfirm={() => command.send({ kind: isPaused ? 'resume' : 'pause', agent: agent.name })}
      >
        The organism is asked once. Some runtimes only record the request and let work under way
        finish: the state here changes when the organism says so.
      </ConfirmCommand>
      <InjectDialog
        agent={agent}
        isOpen={open === 'inject'}
        onClose={close}
        onSend={(payload, threadId) => {
          command.send({ kind: 'inject', to: agent.name, payload, threadId });
          close();
        }}
      />
    </>
  );
}

function InjectDialog(props: {
  agent: AgentView;
  isOpen: boolean;
  onClose: () => void;
  onSend: (payload: Readonly<Record<string, unknown>>, threadId: string | null) => void;
}) {
  const canControl = useSession().data?.canControl === true;
  return (
    <Dialog
      open={props.isOpen}
      onClose={props.onClose}
      title={`Inject a message to ${props.agent.name}`}
    >
      {canControl ? <InjectForm {...props} /> : <LoginHint />}
    </Dialog>
  );
}
