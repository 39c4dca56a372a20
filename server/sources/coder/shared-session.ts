import type { TokenClasses } from '#organism/tokens.ts';
import { addTokens, subtractTokens, totalTokens, ZERO_TOKENS } from '#organism/tokens.ts';

import type { SessionThreads } from './bridge-reader.ts';
import { sessionKey, tokensOf } from './to-drafts.ts';
import type { WireSession, WireThread } from './wire.ts';

/** What was told of a session before. */
interface ToldBefore {
  /** As the one thread that stands for it; then it stays so. */
  readonly asSum: boolean;
  readonly asThreads: boolean;
  /** The session a thread was told under; null when it was not. */
  readonly under: (threadId: string) => string | null;
}

/** Every choice of so many threads is tried. */
const MAX_TRIED = 14;

/**
 * Clients name their sessions, so two people may have one of the same id. The list has a row for
 * each; what is asked for by id answers with the person who used it last, and in the versions read
 * with the threads of both, without saying whose they are: those are told apart by what each has
 * used in all.
 * @param rows of the list, all that have this id
 * @param told what was told of them before
 * @returns the threads to tell of under this row; what is only known as a sum is one thread. Null:
 * nothing can be told of it now that would not count again what was told
 */
export function threadsOf(
  session: WireSession,
  found: SessionThreads,
  { rows, told }: { rows: readonly WireSession[]; told: ToldBefore },
): readonly WireThread[] | null {
  if (told.asSum) return [summaryThread(session)];
  const { initiator, rows: threads } = found;
  const untold = threads.filter(({ id }) => told.under(id) === null);
  const toldOf = (row: WireSession): readonly WireThread[] =>
    threads.filter(({ id }) => told.under(id) === sessionKey(row));
  const usedBy = (row: WireSession): TokenClasses => tokensOf(row.token_usage_summary);
  // Everybody's are there, and the list is of the same moment: else amounts say nothing.
  const areAllThere = isSame(sumOf(threads), rows.map(usedBy).reduce(addTokens, ZERO_TOKENS));
  const claimOf = (row: WireSession): readonly WireThread[] =>
    areAllThere ? onlyChoice(untold, subtractTokens(usedBy(row), sumOf(toldOf(row)))) : [];

  const isNamed = (row: WireSession): boolean => row.initiator.id === initiator?.id;
  if (initiator === null || isNamed(session)) {
    const others = rows.filter((row) => row.initiator.id !== session.initiator.id);
    const claimed = new Set(others.flatMap(claimOf));
    const own = new Set([...toldOf(session), ...untold.filter((thread) => !claimed.has(thread))]);
    return threads.filter((thread) => own.has(thread));
  }
  const own = [...toldOf(session), ...claimOf(session)];
  if (own.length > 0) return own;
  const ofNamed = totalTokens(rows.filter(isNamed).map(usedBy).reduce(addTokens, ZERO_TOKENS));
  const isToldThere = totalTokens(sumOf(threads)) > ofNamed;
  if (isToldThere) return [];
  return told.asThreads ? null : [summaryThread(session)];
}

function sumOf(threads: readonly WireThread[]): TokenClasses {
  return threads.map((thread) => tokensOf(thread.token_usage)).reduce(addTokens, ZERO_TOKENS);
}

/** The threads that have used just this; none when it could be others as well. */
function onlyChoice(threads: readonly WireThread[], used: TokenClasses): readonly WireThread[] {
  if (threads.length > MAX_TRIED || totalTokens(used) === 0) return [];
  const fits: (readonly WireThread[])[] = [];
  for (let choice = 1; choice < 2 ** threads.length; choice += 1) {
    const chosen = threads.filter((_, index) => Math.floor(choice / 2 ** index) % 2 === 1);
    if (isSame(sumOf(chosen), used)) fits.push(chosen);
    if (fits.length > 1) return [];
  }
  return fits[0] ?? [];
}

function isSame(a: TokenClasses, b: TokenClasses): boolean {
  return (['inputFresh', 'cacheRead', 'cacheWrite', 'outputVisible'] as const).every(
    (name) => a[name] === b[name],
  );
}

/** Of the thread that stands for all that is known of a session. */
export function summaryId(session: WireSession): string {
  return `session:${sessionKey(session)}`;
}

function summaryThread(session: WireSession): WireThread {
  const { models, providers, started_at, ended_at } = session;
  return {
    id: summaryId(session),
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
