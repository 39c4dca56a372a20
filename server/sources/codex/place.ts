import type { EventDraft } from '#organism/event.ts';

import { agentDraft, clip, errorDraft, messageDraft } from '../drafts.ts';
import type { Launch } from './names.ts';

/** Where something happened: what the drafts of one line have in common. */
export interface Place {
  readonly launch: Launch;
  readonly threadId: string;
  readonly agent: string;
  /** Epoch milliseconds: of the line in a session file, of its arrival from standard output. */
  readonly at: number;
  /** In front of every key; never that of another line or item. */
  readonly key: string;
}

export function agentAt(
  place: Place,
  agent: string,
  more: { isAgent?: boolean; parent?: string | null; description?: string | null } = {},
): EventDraft {
  const draft = agentDraft(agent, place.at, more);
  // One source brings many organisms, and each has an agent of this name.
  return { ...draft, key: `agent:${place.launch.organismId}:${agent}` };
}

export function threadAt(place: Place, threadId: string, parentThread?: string): EventDraft {
  return {
    type: 'thread_created',
    key: `thread:${place.launch.organismId}:${threadId}`,
    occurredAt: place.at,
    threadId,
    status: 'active',
    createdAt: place.at,
    ...(parentThread === undefined ? {} : { parentThread }),
  };
}

export function statusAt(place: Place, status: string, threadId = place.threadId): EventDraft {
  return {
    type: 'thread_updated',
    key: `${place.key}:thread:${threadId}:${status}`,
    occurredAt: place.at,
    threadId,
    status,
    lastActivity: place.at,
  };
}

export function stateAt(place: Place, state: string, reason?: string): EventDraft {
  return {
    type: 'agent_state',
    key: `${place.key}:state:${place.agent}:${state}`,
    occurredAt: place.at,
    agent: place.agent,
    state,
    currentThread: state === 'idle' ? null : place.threadId,
    ...(reason === undefined ? {} : { reason: reason.slice(0, 1000) }),
  };
}

export function sayAt(
  place: Place,
  part: string,
  message: {
    readonly from: string;
    readonly to: string;
    readonly payloadType: string;
    readonly payload: unknown;
  },
): EventDraft {
  const { at, threadId } = place;
  return messageDraft({ ...message, key: `${place.key}:${part}`, at, threadId });
}

export function errorAt(
  place: Place,
  text: string,
  severity: 'warning' | 'error' = 'error',
): EventDraft {
  const { at, threadId, agent } = place;
  return errorDraft({ key: `${place.key}:error`, at, threadId, agent, text, severity });
}

/** Something nobody knows: kept, and counted. */
export function rawAt(place: Place, name: string, payload: unknown): EventDraft {
  const { key, at } = place;
  return { type: 'raw', key: `${key}:raw`, occurredAt: at, name: clip(name), payload };
}
