import type { EventDraft } from '#organism/event.ts';

import { agentDraft, clip, errorDraft, messageDraft } from '../drafts.ts';

/** Where a line of a transcript stands: what its drafts have in common. */
export interface Place {
  readonly session: string;
  readonly agent: string;
  /** Whether the agent works for another one. */
  readonly isChild: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
  /** In front of every key that only this wire has; never that of another line. */
  readonly key: string;
}

export function sayAt(
  { session, at }: Place,
  message: {
    readonly key: string;
    readonly from: string;
    readonly to: string;
    readonly payloadType: string;
    readonly payload: unknown;
  },
): EventDraft {
  return messageDraft({ ...message, key: clip(message.key), at, threadId: session });
}

export function toolAt({ at }: Place, tool: string): EventDraft {
  return agentDraft(tool, at, { isAgent: false });
}

export function errorAt(
  { session, agent, at, key }: Place,
  text: string,
  severity: 'warning' | 'error' = 'error',
  ownKey = `${key}:error`,
): EventDraft {
  return errorDraft({ key: clip(ownKey), at, threadId: session, agent, text, severity });
}

/** What the agent does from now on, and with it the session, when it is its own agent. */
export function stateAt(place: Place, state: 'processing' | 'idle' | 'error'): EventDraft[] {
  const { session, agent, at, key, isChild } = place;
  const isAtWork = state === 'processing';
  const status = { processing: 'active', idle: 'completed', error: 'error' }[state];
  return [
    {
      type: 'agent_state',
      key: clip(`${key}:state:${state}`),
      occurredAt: at,
      agent,
      state,
      currentThread: isAtWork ? session : null,
    },
    ...(isChild
      ? []
      : [
          {
            type: 'thread_updated' as const,
            key: clip(`${key}:thread:${state}`),
            occurredAt: at,
            threadId: session,
            status,
            lastActivity: at,
          },
        ]),
  ];
}

/** Something nobody knows: kept, and counted. */
export function rawAt({ key, at }: Place, name: string, payload: unknown): EventDraft {
  return { type: 'raw', key: clip(`${key}:raw`), occurredAt: at, name: clip(name), payload };
}
