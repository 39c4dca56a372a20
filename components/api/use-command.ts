'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';

import { commandListSchema, type CommandList } from '#organism/api/resources.ts';

import { ApiError, postJson } from './api-client.ts';
import { type Command, commandRequest, type CommandState } from './command.ts';
import { useOrganismId } from './use-organism-id.ts';
import { type Resource, useResource } from './use-resource.ts';

const COMMANDS_PATH = '/commands';
const answerSchema = z.record(z.string(), z.unknown());
type Answer = z.infer<typeof answerSchema>;

export interface CommandControl {
  /** Sends once; a second call while one is on its way does nothing. */
  readonly send: (command: Command) => void;
  readonly state: CommandState;
  /** Back to idle. */
  readonly reset: () => void;
}

/**
 * Sends commands and says what is known of their outcome.
 * @param target the organism meant; without it, the selected one
 */
export function useCommand(target?: string): CommandControl {
  const selected = useOrganismId();
  const organism = target ?? selected;
  const queryClient = useQueryClient();
  const mutation = useMutation<Answer, Error, Command>({
    mutationFn: (command) => {
      const { path, body, params } = commandRequest(command);
      return postJson(answerSchema, path, { params: { organism, ...params }, body });
    },
    // At most once: neither a retry nor a queue that sends when the network is back.
    retry: false,
    networkMode: 'always',
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['api', selected, COMMANDS_PATH] }),
  });
  return {
    send: (command) => {
      if (!mutation.isPending) mutation.mutate(command);
    },
    state: readState(mutation),
    reset: mutation.reset,
  };
}

/** Commands sent through this server, newest first, with who asked and what came of it. */
export function useCommandLog(
  page: { readonly limit?: number | undefined; readonly offset?: number | undefined } = {},
): Resource<CommandList> {
  const organism = useOrganismId();
  return useResource(
    commandListSchema,
    COMMANDS_PATH,
    { organism, ...page },
    { refreshMs: 10_000, keepPrevious: true },
  );
}

function readState(mutation: {
  readonly variables: Command | undefined;
  readonly data: Answer | undefined;
  readonly error: Error | null;
}): CommandState {
  const { variables: command, data: answer, error } = mutation;
  if (command === undefined) return { kind: 'idle' };
  if (answer !== undefined) return { kind: 'requested', command, answer };
  if (error === null) return { kind: 'sending', command };
  if (!(error instanceof ApiError)) return { kind: 'unknown', command, detail: error.message };
  const { code, status, detail } = error;
  // Lost on the way, cut off, or an answer nobody can read: it may have been done.
  const isUnknown = code === 'unreachable' || code === 'unknown-outcome' || code === 'unreadable';
  return isUnknown
    ? { kind: 'unknown', command, detail }
    : { kind: 'refused', command, detail, status };
}
