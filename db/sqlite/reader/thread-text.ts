import type { Place, ThreadQuery } from '#db/store.ts';
import { parseSearch } from '#organism/search-words.ts';

import { likeAnywhere } from './like-pattern.ts';
import type { Listing } from './places.ts';
import { listPlaces } from './places.ts';
import type { Param, Statements } from './statements.ts';
import type { ThreadMatches } from './text-search.ts';
import { matchThreads } from './text-search.ts';

/** Threads asked one by one between two reads of the list. */
const CHUNK = 200;

export interface TextPage {
  readonly places: readonly Place[];
  readonly total: number;
  /** Whether there are at least as many, perhaps more: counting all would take too long. */
  readonly isTotalAtLeast: boolean;
}

/**
 * The page of a list whose threads hold a text: part of their id, a participant or the error, or
 * words of a message.
 */
export function listThreadsWithText(
  statements: Statements,
  listing: Listing,
  query: ThreadQuery & { readonly text: string; readonly organism: number },
): TextPage {
  const named = namedThreads(statements, query.organism, query.text);
  const words = parseSearch(query.text);
  const matches: ThreadMatches =
    words.length === 0
      ? { threadIds: new Set(), has: () => false }
      : matchThreads(statements, { organismId: query.organism, words });
  if (matches.threadIds === null) {
    return askEach(statements, listing, query, (id) => named.has(id) || matches.has(id));
  }
  const ids = JSON.stringify([...new Set([...named, ...matches.threadIds])]);
  const within: Listing = {
    ...listing,
    from: `${listing.from} AND ${listing.id} IN (SELECT value FROM json_each(?))`,
    params: [...listing.params, ids],
  };
  const count = `SELECT count(*) AS total ${within.from}`;
  return {
    places: listPlaces(statements, within, query),
    total: statements.get<{ total: number }>(count, within.params)?.total ?? 0,
    isTotalAtLeast: false,
  };
}

/** A common word is in most threads: the first that hold it are soon found. */
function askEach(
  statements: Statements,
  listing: Listing,
  query: ThreadQuery,
  isMatch: (id: number) => boolean,
): TextPage {
  const wanted = query.limit + (query.after === undefined ? query.offset : 0);
  const found: Place[] = [];
  let { after } = query;
  for (;;) {
    const places = listPlaces(statements, listing, { limit: CHUNK, offset: 0, after });
    // One more than the page says whether there are more.
    for (const place of places) if (found.length <= wanted && isMatch(place.id)) found.push(place);
    after = places.at(-1);
    const isWhole = places.length < CHUNK;
    if (!isWhole && found.length <= wanted) continue;
    return {
      places: found.slice(wanted - query.limit, wanted),
      total: found.length,
      isTotalAtLeast: found.length > wanted || query.after !== undefined,
    };
  }
}

function namedThreads(statements: Statements, organism: number, text: string): Set<number> {
  const pattern = likeAnywhere(text);
  const params: Param[] = [organism, pattern, pattern, organism, pattern];
  const rows = statements.rows(
    `SELECT id FROM threads
       WHERE organism_id = ? AND (name LIKE ? ESCAPE '\\' OR error LIKE ? ESCAPE '\\')
     UNION
     SELECT thread_id FROM thread_agents WHERE agent_id IN
       (SELECT id FROM agents WHERE organism_id = ? AND name LIKE ? ESCAPE '\\')`,
    params,
  );
  return new Set(rows.map(([id = 0]) => id));
}
