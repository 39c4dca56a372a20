import { addTokens, totalTokens, ZERO_TOKENS } from '#organism/tokens.ts';

import type { SessionThreads } from './bridge-reader.ts';
import { sessionKey, tokensOf } from './to-drafts.ts';
import type { WireSession, WireThread } from './wire.ts';

/**
 * Clients name their sessions, so two people may have one of the same id. The list has a row for
 * each; what is asked for by id answers with the person who used it last, and in the versions read
 * with the threads of both.
 * @param rows of the list, all that have this id
 * @returns the threads to tell of under this row; what is only known as a sum is one thread
 */
export function threadsOf(
  session: WireSession,
  found: SessionThreads,
  rows: readonly WireSession[],
): readonly WireThread[] {
  const { initiator, rows: threads } = found;
  if (initiator === null || initiator.id === session.initiator.id) return threads;
  const owner = rows.find((row) => row.initiator.id === initiator.id);
  const ofOwner = totalTokens(tokensOf(owner?.token_usage_summary));
  const told = threads.map((thread) => tokensOf(thread.token_usage));
  const isToldThere = totalTokens(told.reduce(addTokens, ZERO_TOKENS)) > ofOwner;
  return isToldThere ? [] : [summaryThread(session)];
}

function summaryThread(session: WireSession): WireThread {
  const { models, providers, started_at, ended_at } = session;
  return {
    id: `session:${sessionKey(session)}`,
    prompt: session.last_prompt,
    model: only(models),
    provider: only(providers),
    started_at,
    ended_at,
    token_usage: session.token_usage_summary,
    error_type: null,
    error_message: null,
    agentic_actions: [],
  };
}

/** Of several nobody knows whose the tokens are. */
function only(names: readonly string[] | null | undefined): string | null {
  return names?.length === 1 ? (names[0] ?? null) : null;
}
