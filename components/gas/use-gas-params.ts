'use client';

import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';

import type { Sort } from '#components/ui/table/column.ts';

import { GAS_LEVELS, type GasLevel } from './prepare-gas.ts';

const VIEWS = ['gauges', 'table'] as const;
const SCOPES = ['running', 'all'] as const;
type GasScope = (typeof SCOPES)[number];

const PARSERS = {
  level: parseAsStringLiteral(GAS_LEVELS),
  scope: parseAsStringLiteral(SCOPES).withDefault('running'),
  view: parseAsStringLiteral(VIEWS).withDefault('gauges'),
  sort: parseAsString.withDefault('percent'),
  asc: parseAsBoolean.withDefault(false),
};

export type GasParams = {
  readonly level: GasLevel | null;
  readonly scope: GasScope;
  readonly view: (typeof VIEWS)[number];
  readonly sort: Sort;
  readonly setLevel: (level: GasLevel | null) => void;
  readonly setScope: (scope: GasScope) => void;
  readonly setView: (view: (typeof VIEWS)[number]) => void;
  readonly setSort: (sort: Sort | null) => void;
  readonly clear: () => void;
};

/** What the gas page shows and in which order, all of it in the URL. */
export function useGasParams(): GasParams {
  const [query, setQuery] = useQueryStates(PARSERS);
  return {
    level: query.level,
    scope: query.scope,
    view: query.view,
    sort: { id: query.sort, isDescending: !query.asc },
    setLevel: (level) => void setQuery({ level }),
    setScope: (scope) => void setQuery({ scope }),
    setView: (view) => void setQuery({ view }),
    setSort: (sort) =>
      void setQuery(
        sort === null
          ? { sort: null, asc: null }
          : { sort: sort.id, asc: sort.isDescending ? null : true },
      ),
    clear: () => void setQuery({ level: null, scope: null }),
  };
}
