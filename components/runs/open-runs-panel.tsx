'use client';

import Link from 'next/link';
import { useState } from 'react';

import { useCommand } from '#components/api/use-command.ts';
import { useHref } from '#components/api/use-href.ts';
import type { Offer } from '#components/api/use-offers.ts';
import { useSession } from '#components/api/use-session.ts';
import { CommandOutcome } from '#components/command/command-outcome.tsx';
import { useCommandShown } from '#components/command/use-command-shown.ts';
import { Button } from '#components/ui/button.tsx';
import { Id } from '#components/ui/id.tsx';
import { Input } from '#components/ui/input.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';
import type { InstanceCard, OpenRunCard } from '#organism/instance-card.ts';

import { ApprovalPrompt } from './approval-prompt.tsx';

/** Runs that are read here now, what they wait for, and a hand on each of them. */
export function OpenRunsPanel(props: { card: InstanceCard; offer: Offer | null }) {
  const { runs } = props.card;
  return (
    <Panel title="Open runs" sub={runs.length === 0 ? undefined : String(runs.length)} flush>
      {runs.length === 0 ? (
        <EmptyState isCompact title="No run is open here">
          <p>A run that is started below or handed over appears here until it ends.</p>
        </EmptyState>
      ) : (
        <ul>
          {runs.map((run) => (
            <OpenRun key={run.runId} run={run} offer={props.offer} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function OpenRun({ run, offer }: { run: OpenRunCard; offer: Offer | null }) {
  const hrefOf = useHref();
  const { send, state } = useCommand();
  const canControl = useSession().data?.canControl === true;
  const isWaiting = useCommandShown(state) === false;
  const isBusy = state.kind === 'sending' || isWaiting;
  const offers = (kind: string): boolean => canControl && offer?.commands.includes(kind) === true;
  const { runId, approval } = run;
  const source = offer?.source ?? '';
  return (
    <li className="flex flex-col gap-2 border-b border-line px-3 py-2.5 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <StateMark state={approval === null ? 'processing' : 'waiting'} className="font-medium" />
        <Id id={runId} what="run id" />
        <Link
          href={hrefOf(`/threads/${encodeURIComponent(run.threadId)}`)}
          className="text-accent hover:underline"
        >
          Its thread
        </Link>
        <span className="ml-auto flex items-center gap-2">
          <CommandOutcome state={state} />
          {offers('stop-run') && (
            <Button
              size="sm"
              variant="danger"
              disabled={isBusy}
              onClick={() => send({ kind: 'stop-run', source, runId })}
            >
              Stop
            </Button>
          )}
        </span>
      </div>
      {approval !== null && (
        <ApprovalPrompt
          approval={approval}
          isDisabled={!offers('answer-approval') || isBusy}
          onAnswer={(choice) =>
            send({
              kind: 'answer-approval',
              source,
              runId,
              choice,
              requestId: approval.requestId,
            })
          }
        />
      )}
      {offers('steer-run') && (
        <SteerForm
          isDisabled={isBusy}
          onSteer={(input) => send({ kind: 'steer-run', source, runId, input })}
        />
      )}
    </li>
  );
}

function SteerForm(props: { isDisabled: boolean; onSteer: (input: string) => void }) {
  const [text, setText] = useState('');
  const input = text.trim();
  return (
    <form
      className="flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (input === '') return;
        props.onSteer(input);
        setText('');
      }}
    >
      <Input
        aria-label="Steer this run"
        placeholder="Tell the run something more"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button size="sm" type="submit" disabled={props.isDisabled || input === ''}>
        Steer
      </Button>
    </form>
  );
}
