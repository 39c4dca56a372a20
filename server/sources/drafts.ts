import type { DraftOf, EventDraft } from '#organism/event.ts';

/** Drafts that sources of several kinds make alike. */

const MAX_ID_CHARS = 256;
const MAX_KEY_CHARS = 512;
export const USER = 'user';

/**
 * Names mean something within their organism only: where one source brings many organisms, what
 * tells of an agent or a thread for the first time must not be taken for another organism's.
 */
export function inOrganism(organismId: string, drafts: readonly EventDraft[]): EventDraft[] {
  return drafts.map((draft) =>
    draft.type === 'agent' || draft.type === 'thread_created'
      ? { ...draft, key: `${organismId}/${draft.key}`.slice(0, MAX_KEY_CHARS) }
      : draft,
  );
}

export function clip(text: string): string {
  return text.slice(0, MAX_ID_CHARS);
}

/** As long as ids are that mean the same everywhere; shorter ones are numbered anew in each thread. */
const WORLDWIDE_CHARS = 20;

export function isWorldwide(id: string): boolean {
  return id.length >= WORLDWIDE_CHARS;
}

/** For a key: an id that means something in its thread only, or the same in each that repeats it. */
export function within(threadId: string, id: string): string {
  return isWorldwide(id) ? id : `${threadId}:${id}`;
}

export function organismDraft(
  name: string,
  at: number,
  facts: Iterable<[string, unknown]>,
): EventDraft {
  return {
    type: 'organism',
    key: `organism:${name}`,
    occurredAt: at,
    name,
    status: 'running',
    uptimeSeconds: 0,
    startedAt: at,
    config: Object.fromEntries(facts),
  };
}

export function agentDraft(
  agent: string,
  at: number,
  more: { isAgent?: boolean; parent?: string | null; description?: string | null } = {},
): EventDraft {
  const { isAgent = true, parent = null, description = null } = more;
  return {
    type: 'agent',
    key: `agent:${agent}`,
    occurredAt: at,
    agent,
    description: description ?? '',
    isAgent,
    peers: [],
    payloadClass: '',
    ...(parent === null || parent === agent ? {} : { parent }),
  };
}

export function threadDraft(threadId: string, at: number, conversation?: string): EventDraft {
  return {
    type: 'thread_created',
    key: `thread:${threadId}`,
    occurredAt: at,
    threadId,
    status: 'active',
    createdAt: at,
    ...(conversation === undefined ? {} : { conversation }),
  };
}

export function messageDraft(message: {
  key: string;
  at: number;
  /** The source's own; without it the key. */
  id?: string;
  threadId: string;
  from: string;
  to: string;
  payloadType: string;
  payload: unknown;
}): DraftOf<'message'> {
  const { key, at, id = clip(key), ...rest } = message;
  return { type: 'message', key, occurredAt: at, id, ...rest };
}

/**
 * Other wires, or another reading, may tell of it in other words: the first to tell stays, and of a
 * call what it left out is filled in.
 */
export function repeatable<T extends EventDraft>(draft: T): T {
  const repeated = { ...draft, mayRepeat: true };
  return draft.type === 'usage' ? { ...repeated, mayAmend: true } : repeated;
}

/** Agents, threads and the like that many records mention need saying once in a delivery. */
export function factsOnce(drafts: readonly EventDraft[]): EventDraft[] {
  const seen = new Set<string>();
  return drafts.filter(({ key, type }) => {
    const isCounted = type === 'message' || type === 'usage';
    if (!isCounted && seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export function errorDraft(error: {
  key: string;
  at: number;
  threadId: string | null;
  agent: string | null;
  text: string;
  severity?: DraftOf<'error'>['severity'];
}): DraftOf<'error'> {
  const { key, at, text, severity = 'error', ...rest } = error;
  return { type: 'error', key, occurredAt: at, text: text.slice(0, 65_536), severity, ...rest };
}
