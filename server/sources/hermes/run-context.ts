import type { DraftOf, EventDraft } from '#organism/event.ts';

import { clip, messageDraft } from '../drafts.ts';
import type { Cast } from './cast.ts';

/** What is known of one run besides its events: they repeat none of it. */
export interface RunFacts {
  readonly runId: string;
  readonly sessionId: string;
  /** Base URL and name of the instance: part of what makes a usage unique. */
  readonly instance: string;
  readonly agent: string;
  readonly model: string;
  readonly provider: string;
}

/** Makes the drafts of one run: every key is the run and the place of the event in its stream. */
export interface RunContext {
  readonly facts: RunFacts;
  readonly cast: Cast;
  /** The key of the event that is read now, with a word for what is made of it. */
  key(word: string): string;
  message(
    word: string,
    at: number,
    rest: Pick<DraftOf<'message'>, 'from' | 'to' | 'payloadType' | 'payload'> & {
      threadId?: string;
    },
  ): EventDraft;
  state(state: string, at: number, reason?: string | null): EventDraft;
  thread(status: string, at: number, error?: string | null): EventDraft;
}

export function createRunContext(facts: RunFacts, cast: Cast, place: () => number): RunContext {
  const threadId = clip(facts.sessionId);
  const key = (word: string): string => `run:${facts.runId}:${place()}:${word}`;
  return {
    facts,
    cast,
    key,
    message: (word, at, rest) => messageDraft({ key: key(word), at, threadId, ...rest }),
    state: (state, at, reason) => ({
      type: 'agent_state',
      key: key('state'),
      occurredAt: at,
      agent: facts.agent,
      state,
      currentThread: state === 'idle' ? null : threadId,
      ...(reason === null || reason === undefined ? {} : { reason: reason.slice(0, 1000) }),
    }),
    thread: (status, at, error) => ({
      type: 'thread_updated',
      key: key('thread'),
      occurredAt: at,
      threadId,
      status,
      lastActivity: at,
      ...(error === null || error === undefined ? {} : { error: error.slice(0, 65_536) }),
    }),
  };
}
