'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';

import type { Discovery } from '#organism/api/resources.ts';
import { discoverySchema } from '#organism/api/resources.ts';

import { type ApiError, postJson } from './api-client.ts';
import { type Resource, useResource } from './use-resource.ts';

/** Runtimes found on the server's machine that are not watched yet. */
export function useDiscovery(): Resource<Discovery> {
  return useResource(discoverySchema, '/discovery', {}, {});
}

export interface Connecting {
  readonly connect: (name: string) => void;
  /** Which one is being connected now. */
  readonly pending: string | null;
  readonly error: ApiError | null;
}

export function useConnectFound(): Connecting {
  const queryClient = useQueryClient();
  const mutation = useMutation<Discovery, ApiError, string>({
    mutationFn: (name) => postJson(discoverySchema, '/discovery/connect', { body: { name } }),
    networkMode: 'always',
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['api'] }),
  });
  return {
    connect: (name) => mutation.mutate(name),
    pending: mutation.isPending ? mutation.variables : null,
    error: mutation.error,
  };
}
