'use client';

import { createParser, useQueryState } from 'nuqs';

import { useNow } from '#components/format/ticker.ts';
import { useZone } from '#components/theme/preferences-provider.tsx';

import { type InstantRange, parseRangeToken, type RangeToken, resolveRange } from './range.ts';

/** A range that ends now moves on this often: each move is a new question to the server. */
const RANGE_STEP_MS = 30_000;

const parseAsRange = createParser<RangeToken>({
  parse: parseRangeToken,
  serialize: (token) => token,
});

export interface RangeFilter {
  readonly token: RangeToken;
  readonly setToken: (token: RangeToken) => void;
  /** Null on the server and while hydrating: only the browser knows its clock and zone. */
  readonly range: InstantRange | null;
  /** IANA zone the days are cut in; null together with `range`. */
  readonly zone: string | null;
}

/** The page's span of time: `?range=`, cut in the reader's zone (`?timezone=`, else the preference). */
export function useRangeFilter(initial: RangeToken): RangeFilter {
  const [token, setToken] = useQueryState(
    'range',
    // Another span is another view: "back" returns from a day to its month.
    parseAsRange.withDefault(initial).withOptions({ history: 'push' }),
  );
  const now = useNow();
  const zone = useZone();
  const step = now === null ? null : Math.ceil(now / RANGE_STEP_MS) * RANGE_STEP_MS;
  return {
    token,
    setToken: (next) => void setToken(next),
    range: step === null || zone === null ? null : resolveRange(token, step, zone),
    zone,
  };
}
