'use client';

import {
  debounce,
  parseAsBoolean,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from 'nuqs';

import { THREAD_SORTS, type ThreadSort } from '#components/api/use-threads.ts';
import { useServerNow } from '#components/live/use-live.ts';
import type { Sort } from '#components/ui/table/column.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#organism/durations.ts';

import type { ThreadFilter, ThreadOrder } from './prepare-threads.ts';

export const ACTIVE_SPANS = ['5m', '15m', '1h', '24h', '7d'] as const;
export type ActiveSpan = (typeof ACTIVE_SPANS)[number];

const SPAN_MS: Record<ActiveSpan, number> = {
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
};

/** The start of a span moves on this often: each move is a new question to the server. */
const SPAN_STEP_MS = 30_000;
const TYPING_MS = 250;

const PARSERS = {
  status: parseAsString,
  agent: parseAsString,
  q: parseAsString.withDefault(''),
  active: parseAsStringLiteral(ACTIVE_SPANS),
  sort: parseAsStringLiteral(THREAD_SORTS).withDefault('activity'),
  asc: parseAsBoolean.withDefault(false),
};

export type ThreadFilters = {
  readonly filter: ThreadFilter;
  readonly order: ThreadOrder;
  readonly active: ActiveSpan | null;
  readonly isFiltered: boolean;
  /** Changes with every filter: a list held for a reader is let go. */
  readonly viewKey: string;
  readonly setStatus: (status: string | null) => void;
  readonly setAgent: (agent: string | null) => void;
  readonly setText: (text: string) => void;
  readonly setActive: (span: ActiveSpan | null) => void;
  readonly setSort: (sort: Sort | null) => void;
  readonly clear: () => void;
};

/** The threads page's filters and order, all of them in the URL. */
export function useThreadFilters(): ThreadFilters {
  const [query, setQuery] = useQueryStates(PARSERS);
  const now = useServerNow();
  const { status, agent, q: text, active, sort } = query;
  const step = now === null ? null : Math.floor(now / SPAN_STEP_MS) * SPAN_STEP_MS;
  const since = active === null || step === null ? null : step - SPAN_MS[active];
  return {
    filter: { status, agent, text: text.trim(), since },
    order: { sort, isDescending: !query.asc },
    active,
    isFiltered: status !== null || agent !== null || text.trim() !== '' || active !== null,
    viewKey: JSON.stringify([status, agent, text, active]),
    setStatus: (next) => void setQuery({ status: next }),
    setAgent: (next) => void setQuery({ agent: next }),
    setText: (next) => void setQuery({ q: next }, { limitUrlUpdates: debounce(TYPING_MS) }),
    setActive: (next) => void setQuery({ active: next }),
    setSort: (next) =>
      void setQuery(
        next === null || !isThreadSort(next.id)
          ? { sort: null, asc: null }
          : { sort: next.id, asc: next.isDescending ? null : true },
      ),
    clear: () => void setQuery({ status: null, agent: null, q: null, active: null }),
  };
}

function isThreadSort(id: string): id is ThreadSort {
  return THREAD_SORTS.some((sort) => sort === id);
}
