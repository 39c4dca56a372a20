'use client';

import type { MessageRow } from '#organism/api/resources.ts';
import { messageRowSchema } from '#organism/api/resources.ts';

import type { ApiError } from './api-client.ts';
import { useOrganismId } from './use-organism-id.ts';
import { useResource } from './use-resource.ts';

export interface FoundMessage {
  /** Null: there is none at this position, or the answer is still on its way. */
  readonly message: MessageRow | null;
  readonly isPending: boolean;
  readonly error: ApiError | null;
  readonly refetch: () => void;
}

/** The message at a journal position of the organism. Null asks for nothing. */
export function useMessage(seq: number | null): FoundMessage {
  const organism = useOrganismId();
  const found = useResource(
    messageRowSchema,
    `/messages/${seq}`,
    { organism },
    { enabled: seq !== null },
  );
  return {
    message: found.data ?? null,
    isPending: seq !== null && found.isPending,
    error: found.error?.code === 'not-found' ? null : found.error,
    refetch: () => void found.refetch(),
  };
}
