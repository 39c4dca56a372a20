import type { UnreadableInput } from '../source.ts';
import type { RejectMemory } from '../upstream/reject-memory.ts';
import type { Query, RestClient } from '../upstream/rest-client.ts';
import { RestError } from '../upstream/rest-client.ts';
import { rejectOf } from '../upstream/rows.ts';
import type { Read } from './wire.ts';
import { asRecord, listOf } from './wire.ts';

interface PageRequest<T> {
  readonly path: string;
  /** The name of the list in the answer. */
  readonly list: string;
  readonly limit: number;
  readonly offset: number;
  readonly query?: Query | undefined;
  readonly read: (row: unknown) => Read<T>;
}

export interface PageAnswer<T> {
  /** In the upstream's order, unreadable ones left out. */
  readonly rows: readonly T[];
  /** How many rows the upstream sent, readable or not: fewer than asked for is the end. */
  readonly count: number;
  /** What the upstream says there is in all; null when it does not. */
  readonly total: number | null;
  readonly rejects: readonly UnreadableInput[];
}

export type PageReader = <T>(request: PageRequest<T>) => Promise<PageAnswer<T>>;

/** One bad row takes two requests per halving of a page; more than this and the page is garbage. */
const MAX_REQUESTS_PER_PAGE = 40;

/**
 * Reads pages of lists. One row no parser accepts (a bare NaN, too deep, too large) would hide its
 * whole page for ever: such a page is halved until the row stands alone, and only it is rejected.
 */
export function createPageReader(rest: RestClient, isNew: RejectMemory): PageReader {
  async function readPart<T>(
    request: PageRequest<T>,
    budget: { requests: number },
  ): Promise<PageAnswer<T>> {
    const { path, list, limit, offset, query, read } = request;
    budget.requests -= 1;
    let body: unknown;
    try {
      body = await rest.get(path, { ...query, limit, offset });
    } catch (error) {
      const reject = error instanceof RestError ? error.reject : null;
      if (reject === null || budget.requests < 2) throw error;
      if (limit === 1) return { rows: [], count: 1, total: null, rejects: [reject] };
      return await readHalves(request, budget);
    }
    const rows = listOf(body, list);
    if (rows === null) throw missingList(path, list);
    const total = asRecord(body)?.['total'];
    // Never more than asked for: what a server adds comes with the next page.
    return { ...sortRows(rows, read, limit), total: typeof total === 'number' ? total : null };
  }

  async function readHalves<T>(
    request: PageRequest<T>,
    budget: { requests: number },
  ): Promise<PageAnswer<T>> {
    const half = Math.floor(request.limit / 2);
    const newer = await readPart({ ...request, limit: half }, budget);
    if (newer.count < half) return newer;
    const rest = { limit: request.limit - half, offset: request.offset + half };
    const older = await readPart({ ...request, ...rest }, budget);
    return {
      rows: [...newer.rows, ...older.rows],
      count: newer.count + older.count,
      total: older.total ?? newer.total,
      rejects: [...newer.rejects, ...older.rejects],
    };
  }

  return async (request) => {
    const page = await readPart(request, { requests: MAX_REQUESTS_PER_PAGE });
    return { ...page, rejects: page.rejects.filter(isNew) };
  };
}

/** Splits rows, the first `most` of them, into what can be read and what cannot. */
export function sortRows<T>(
  rows: readonly unknown[],
  read: (row: unknown) => Read<T>,
  most: number,
): { rows: T[]; count: number; rejects: UnreadableInput[] } {
  const readable: T[] = [];
  const rejects: UnreadableInput[] = [];
  const taken = rows.slice(0, most);
  for (const row of taken) {
    const result = read(row);
    if ('value' in result) readable.push(result.value);
    else rejects.push(rejectOf(result.problem, row));
  }
  return { rows: readable, count: taken.length, rejects };
}

function missingList(path: string, list: string): RestError {
  return new RestError('status', `GET ${path}: expected a list \`${list}\` in the answer`, {
    status: 200,
  });
}
