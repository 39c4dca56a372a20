import type { EventDraft } from '#organism/event.ts';
import type { Approval } from '#organism/instance-card.ts';

import { USER, clip } from '../drafts.ts';
import type { RunContext } from './run-context.ts';
import type { RunEvent } from './wire.ts';

/** What a run waits to be allowed; null: it goes on. */
export function approvalOf(event: RunEvent | null): Approval | null {
  if (event?.event !== 'approval.request') return null;
  const { command, description, choices, request_id: requestId } = event;
  return {
    command: command ?? '',
    description: description ?? '',
    choices: choices ?? [],
    requestId: requestId ?? null,
  };
}

/** A permission asked for or given, or a word said to the run while it works. */
export function controlDrafts(run: RunContext, event: RunEvent, at: number): EventDraft[] {
  const { event: name, timestamp: _at, run_id: _run, ...payload } = event;
  const { agent } = run.facts;
  const isRequest = name === 'approval.request';
  const parties = isRequest ? { from: agent, to: USER } : { from: USER, to: agent };
  const payloadType = name.replace('.', '_');
  const reason = isRequest ? `approval: ${event.description ?? 'a command'}` : null;
  return [
    run.message('control', at, { ...parties, payloadType, payload }),
    run.state(isRequest ? 'waiting' : 'processing', at, reason),
  ];
}

/** The same read from the run's status: the stream may have told of it, and so may an earlier start. */
export function askedDrafts(run: RunContext, request: RunEvent, at: number): EventDraft[] {
  const id = request.request_id ?? request.command ?? '';
  return controlDrafts(run, request, at).map((draft) => ({
    ...draft,
    key: clip(`run:${run.facts.runId}:asked:${id}:${draft.type}`),
    mayRepeat: true,
  }));
}
