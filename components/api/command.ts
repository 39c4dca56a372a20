import { type OpenRunCard, readInstanceCard } from '#organism/instance-card.ts';
import type { OrganismState } from '#organism/state.ts';

import type { QueryParams } from './api-client.ts';

/** What a person may ask of an organism. */
export type Command =
  | { readonly kind: 'kill'; readonly threadId: string }
  | { readonly kind: 'pause' | 'resume'; readonly agent: string }
  | {
      readonly kind: 'inject';
      readonly to: string;
      readonly payload: Readonly<Record<string, unknown>>;
      readonly threadId?: string | null | undefined;
    }
  | { readonly kind: 'reload' | 'stop' }
  | RunCommand;

/** What may be asked of a runtime that works in runs; `source` is the name it was given here. */
export type RunCommand =
  | {
      readonly kind: 'start-run';
      readonly source: string;
      readonly input: string;
      /** Without one the runtime's own. */
      readonly model?: string | undefined;
      /** The thread the run goes on with. */
      readonly threadId?: string | undefined;
    }
  | {
      readonly kind: 'watch-run';
      readonly source: string;
      readonly runId: string;
      readonly threadId?: string | undefined;
    }
  | { readonly kind: 'stop-run'; readonly source: string; readonly runId: string }
  | {
      readonly kind: 'answer-approval';
      readonly source: string;
      readonly runId: string;
      readonly choice: string;
      readonly requestId: string | null;
    }
  | {
      readonly kind: 'steer-run';
      readonly source: string;
      readonly runId: string;
      readonly input: string;
    };

export type CommandState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly command: Command }
  /** The upstream said yes. It only records: what happened shows in the events. */
  | {
      readonly kind: 'requested';
      readonly command: Command;
      readonly answer: Readonly<Record<string, unknown>>;
    }
  /** It was not done: wrong key, unknown target, or the upstream said no. */
  | {
      readonly kind: 'refused';
      readonly command: Command;
      readonly detail: string;
      readonly status: number;
    }
  /** Nobody can say whether it was done. It is never sent again by itself. */
  | { readonly kind: 'unknown'; readonly command: Command; readonly detail: string };

interface CommandRequest {
  readonly path: string;
  readonly body: unknown;
  readonly params?: QueryParams | undefined;
}

/** The contract's route and body for a command. */
export function commandRequest(command: Command): CommandRequest {
  switch (command.kind) {
    case 'kill':
      return { path: `/threads/${encodeURIComponent(command.threadId)}/kill`, body: {} };
    case 'pause':
    case 'resume':
      return { path: `/agents/${encodeURIComponent(command.agent)}/${command.kind}`, body: {} };
    case 'inject':
      return {
        path: '/inject',
        body: { to: command.to, payload: command.payload, threadId: command.threadId ?? null },
      };
    case 'reload':
    case 'stop':
      return { path: `/organism/${command.kind}`, body: {} };
    default:
      return runRequest(command);
  }
}

function runRequest(command: RunCommand): CommandRequest {
  const runs = `/sources/${encodeURIComponent(command.source)}/runs`;
  if (command.kind === 'start-run') {
    const { input, model, threadId } = command;
    return { path: runs, body: { input, model, session_id: threadId } };
  }
  const run = `${runs}/${encodeURIComponent(command.runId)}`;
  switch (command.kind) {
    case 'watch-run':
      return { path: `${run}/watch`, body: {}, params: { session_id: command.threadId } };
    case 'stop-run':
      return { path: `${run}/stop`, body: {} };
    case 'answer-approval': {
      const { choice, requestId } = command;
      const request = requestId === null ? {} : { request_id: requestId };
      return { path: `${run}/approval`, body: { choice, ...request } };
    }
    case 'steer-run':
      return { path: `${run}/steer`, body: { input: command.input } };
  }
}

/**
 * Whether the live picture shows what was asked for: until then views say "requested".
 * @returns null where no event tells
 */
export function isCommandShown(
  state: Extract<CommandState, { kind: 'requested' }>,
  organism: OrganismState,
): boolean | null {
  const { command, answer } = state;
  switch (command.kind) {
    case 'kill':
      return organism.threads.get(command.threadId)?.status === 'killed';
    case 'pause':
      return organism.agents.get(command.agent)?.state === 'paused';
    case 'resume': {
      const agent = organism.agents.get(command.agent);
      return agent !== undefined && agent.state !== 'paused';
    }
    case 'inject':
      return organism.recentMessages.some((message) => message.id === answer['messageId']);
    case 'stop':
      return organism.status === 'stopping' || organism.status === 'stopped';
    case 'start-run':
    case 'watch-run':
      return organism.threads.has(String(answer['session_id']));
    case 'stop-run':
      return openRun(organism, command.runId) === undefined;
    case 'answer-approval':
      return openRun(organism, command.runId)?.approval == null;
    case 'reload':
    case 'steer-run':
      return null;
  }
}

function openRun({ config }: OrganismState, runId: string): OpenRunCard | undefined {
  return readInstanceCard(config)?.runs.find((run) => run.runId === runId);
}
