'use client';

import { useState } from 'react';

import type { CommandState } from '#components/api/command.ts';
import { useCommand } from '#components/api/use-command.ts';
import { useSession } from '#components/api/use-session.ts';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import type { SourceInfo } from '#organism/api/resources.ts';

type Act = 'reload' | 'stop';

const ACTS = {
  reload: {
    verb: 'Reload',
    sentence: 'The organism reads its configuration again: agents may come and go.',
  },
  stop: {
    verb: 'Stop',
    sentence: 'The organism shuts down with all its agents. It cannot be started from here.',
  },
} as const;

/** What the organism behind a source can be asked; each asks first and is sent once. */
export function SourceCommands({ source }: { source: SourceInfo }) {
  const { organismId } = source;
  const offered = (['reload', 'stop'] as const).filter((kind) => source.commands.includes(kind));
  const [act, setAct] = useState<Act | null>(null);
  const session = useSession();
  const command = useCommand(organismId);
  const canControl = session.data?.canControl === true;
  const close = () => {
    setAct(null);
    command.reset();
  };
  return (
    <>
      {source.commands.includes('start-run') && (
        <ButtonLink size="sm" href={`/runs?organism=${encodeURIComponent(organismId)}`}>
          Runs
        </ButtonLink>
      )}
      {offered.map((kind) => (
        <span
          key={kind}
          data-tip={
            canControl
              ? undefined
              : 'To send commands, open the login link that Organoscope printed in its terminal'
          }
        >
          <Button
            size="sm"
            variant={kind === 'stop' ? 'danger' : 'default'}
            disabled={!canControl}
            onClick={() => setAct(kind)}
          >
            {ACTS[kind].verb}
          </Button>
        </span>
      ))}
      <Dialog
        open={act !== null}
        onClose={close}
        title={act === null ? '' : `${ACTS[act].verb} organism ${organismId}`}
        description={act === null ? undefined : ACTS[act].sentence}
        footer={
          act !== null &&
          (command.state.kind === 'idle' || command.state.kind === 'sending' ? (
            <>
              <Button onClick={close}>Cancel</Button>
              <Button
                variant={act === 'stop' ? 'danger' : 'primary'}
                disabled={command.state.kind === 'sending'}
                onClick={() => command.send({ kind: act })}
              >
                {command.state.kind === 'sending' ? 'Sending' : ACTS[act].verb}
              </Button>
            </>
          ) : (
            <Button onClick={close}>Close</Button>
          ))
        }
      >
        <CommandOutcome state={command.state} />
      </Dialog>
    </>
  );
}

function CommandOutcome({ state }: { state: CommandState }) {
  switch (state.kind) {
    case 'idle':
    case 'sending':
      return null;
    case 'requested':
      return (
        <output className="flex flex-col gap-2">
          <p>Requested. What came of it shows in the events.</p>
          <pre className="rounded-md border border-line bg-canvas p-2 text-table break-words whitespace-pre-wrap">
            {JSON.stringify(state.answer, null, 2)}
          </pre>
        </output>
      );
    case 'refused':
      return (
        <p role="alert" className="text-error">
          {`Not done. ${state.detail}`}
        </p>
      );
    case 'unknown':
      return (
        <p role="alert" className="text-waiting">
          {`Unknown: it may have been done. ${state.detail} It is not sent again by itself.`}
        </p>
      );
  }
}
