import type { Place } from '#db/store.ts';

import type { Param, Statements } from './statements.ts';

/** A list's rows: where they come from and what they are ordered by, ties by `id`. */
export interface Listing {
  /** `FROM … WHERE …`, to which a condition can be added. */
  readonly from: string;
  readonly params: readonly Param[];
  readonly id: string;
  readonly value: string;
  /** Whether the value can be null; nulls count as the smallest. */
  readonly isNullable: boolean;
  readonly direction: 'ASC' | 'DESC';
  /** Whether many rows may have one value: those of the place's are then found by the id alone. */
  readonly hasManyTies?: boolean | undefined;
}

/** The places of one page: behind `after`, or else from an offset. */
export function listPlaces(
  statements: Statements,
  listing: Listing,
  page: { limit: number; offset: number; after?: Place | undefined },
): Place[] {
  const places: Place[] = [];
  for (const stretch of stretches(listing, page.after)) {
    const more = readStretch(statements, listing, {
      ...stretch,
      limit: page.limit - places.length,
      offset: page.after === undefined ? page.offset : 0,
    });
    places.push(...more);
    if (places.length >= page.limit) break;
  }
  return places;
}

/** Null when the page was not full: there is nothing behind it. */
export function nextPlace(places: readonly Place[], limit: number): Place | null {
  return places.length < limit ? null : (places.at(-1) ?? null);
}

interface Stretch {
  /** All of one value: in order by the id alone. */
  readonly areTies?: boolean;
  readonly sql: string;
  readonly params: readonly Param[];
}

/** What lies behind a place, in order: SQL compares with nothing that is null. */
function stretches(listing: Listing, after: Place | undefined): readonly Stretch[] {
  if (after === undefined) return [{ sql: '', params: [] }];
  const { id, value, isNullable, hasManyTies, direction } = listing;
  const sign = direction === 'ASC' ? '>' : '<';
  if (after.value === null) {
    const nulls = { sql: `AND ${value} IS NULL AND ${id} ${sign} ?`, params: [after.id] };
    return direction === 'ASC' ? [nulls, { sql: `AND ${value} IS NOT NULL`, params: [] }] : [nulls];
  }
  const place = [after.value, after.id];
  const behind =
    hasManyTies === true
      ? [
          { sql: `AND ${value} = ? AND ${id} ${sign} ?`, params: place, areTies: true },
          { sql: `AND ${value} ${sign} ?`, params: [after.value] },
        ]
      : [{ sql: `AND (${value}, ${id}) ${sign} (?, ?)`, params: place }];
  const endsInNulls = isNullable && direction === 'DESC';
  return endsInNulls ? [...behind, { sql: `AND ${value} IS NULL`, params: [] }] : behind;
}

function readStretch(
  statements: Statements,
  { from, params, id, value, direction }: Listing,
  stretch: Stretch & { limit: number; offset: number },
): Place[] {
  const order = [...(stretch.areTies === true ? [] : [value]), id];
  return statements.all<Place>(
    `SELECT ${id} AS id, ${value} AS value ${from} ${stretch.sql}
     ORDER BY ${order.map((column) => `${column} ${direction}`).join(', ')} LIMIT ? OFFSET ?`,
    [...params, ...stretch.params, stretch.limit, stretch.offset],
  );
}
