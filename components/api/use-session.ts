'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';

import type { Session } from '#organism/api/resources.ts';
import { sessionSchema } from '#organism/api/resources.ts';

import { type ApiError, postJson } from './api-client.ts';
import { type Resource, useResource } from './use-resource.ts';

const SESSION_PATH = '/session';
const anyAnswerSchema = z.unknown();

/** Whether this browser may send commands, and what runs here. */
export function useSession(): Resource<Session> {
  return useResource(sessionSchema, SESSION_PATH, {}, { refreshMs: 60_000 });
}

export interface ServerAction {
  readonly run: () => void;
  readonly isRunning: boolean;
  readonly error: ApiError | null;
}

/** Gives up this browser's right to send commands. */
export function useLogout(): ServerAction {
  return useServerAction('/session/logout');
}

/** Starts the demo organism; the session then says `running`. */
export function useStartDemo(): ServerAction {
  return useServerAction('/demo');
}

function useServerAction(path: string): ServerAction {
  const queryClient = useQueryClient();
  const mutation = useMutation<unknown, ApiError>({
    mutationFn: () => postJson(anyAnswerSchema, path),
    networkMode: 'always',
    // Organisms, sources and rights may all be others now.
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['api'] }),
  });
  return {
    run: () => mutation.mutate(),
    isRunning: mutation.isPending,
    error: mutation.error,
  };
}
