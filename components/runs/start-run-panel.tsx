'use client';

import { useState } from 'react';

import type { RunCommand } from '#components/api/command.ts';
import { useCommand } from '#components/api/use-command.ts';
import type { Offer } from '#components/api/use-offers.ts';
import { useSession } from '#components/api/use-session.ts';
import { CommandOutcome } from '#components/command/command-outcome.tsx';
import { LoginHint } from '#components/command/login-hint.tsx';
import { Button } from '#components/ui/button.tsx';
import { Input } from '#components/ui/input.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SegmentedControl } from '#components/ui/segmented-control.tsx';
import { TextArea } from '#components/ui/text-area.tsx';
import { RUN_ID } from '#organism/instance-card.ts';

/** Gives the instance something to do, or takes over a run that nobody reads. */
export function StartRunPanel({ offer }: { offer: Offer | null }) {
  const [way, setWay] = useState<'start' | 'watch'>('start');
  const { send, state } = useCommand();
  const session = useSession();
  const Form = way === 'start' ? StartForm : WatchForm;
  return (
    <Panel
      title={way === 'start' ? 'Start a run' : 'Hand over a run'}
      actions={
        <SegmentedControl
          label="How a run comes here"
          value={way}
          segments={[
            { value: 'start', label: 'Start' },
            { value: 'watch', label: 'Hand over' },
          ]}
          onChange={setWay}
        />
      }
    >
      {session.data?.canControl === false ? (
        <LoginHint />
      ) : (
        <Form
          source={offer?.source ?? ''}
          isDisabled={offer === null || state.kind === 'sending'}
          onSend={send}
          outcome={<CommandOutcome state={state} />}
        />
      )}
    </Panel>
  );
}

interface FormProps {
  source: string;
  isDisabled: boolean;
  onSend: (command: RunCommand) => void;
  outcome: React.ReactNode;
}

function StartForm({ source, isDisabled, onSend, outcome }: FormProps) {
  const [input, setInput] = useState('');
  const [model, setModel] = useState('');
  const [threadId, setThreadId] = useState('');
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onSend({ kind: 'start-run', source, input: input.trim(), ...filled({ model, threadId }) });
        setInput('');
      }}
    >
      <TextArea
        label="What it should do"
        rows={3}
        value={input}
        onChange={(event) => setInput(event.target.value)}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <Input
          label="Model (optional)"
          className="mono"
          value={model}
          onChange={(event) => setModel(event.target.value)}
          hint="Its events name none: without it usage may have no price."
        />
        <Input
          label="Thread (optional)"
          className="mono"
          value={threadId}
          onChange={(event) => setThreadId(event.target.value)}
          hint="Empty starts a new one."
        />
      </div>
      <SubmitLine
        outcome={outcome}
        verb="Start run"
        isDisabled={isDisabled || input.trim() === ''}
      />
    </form>
  );
}

function WatchForm({ source, isDisabled, onSend, outcome }: FormProps) {
  const [runId, setRunId] = useState('');
  const [threadId, setThreadId] = useState('');
  const isBad = runId.trim() !== '' && !RUN_ID.test(runId.trim());
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onSend({ kind: 'watch-run', source, runId: runId.trim(), ...filled({ threadId }) });
        setRunId('');
      }}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <Input
          label="Run id"
          className="mono"
          value={runId}
          onChange={(event) => setRunId(event.target.value)}
          hint="A run's events can be read once, by one reader: one that nobody reads."
          error={isBad ? 'Letters, digits, _ and -, at most 128' : undefined}
        />
        <Input
          label="Its session (optional)"
          className="mono"
          value={threadId}
          onChange={(event) => setThreadId(event.target.value)}
          hint="The run's id without it."
        />
      </div>
      <SubmitLine
        outcome={outcome}
        verb="Take over"
        isDisabled={isDisabled || isBad || runId.trim() === ''}
      />
    </form>
  );
}

function SubmitLine(props: { outcome: React.ReactNode; verb: string; isDisabled: boolean }) {
  return (
    <div className="flex items-center justify-end gap-3">
      {props.outcome}
      <Button variant="primary" type="submit" disabled={props.isDisabled}>
        {props.verb}
      </Button>
    </div>
  );
}

/** Without the fields that were left empty. */
function filled(fields: { model?: string; threadId?: string }): typeof fields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, text]) =>
      text.trim() === '' ? [] : [[name, text.trim()]],
    ),
  );
}
