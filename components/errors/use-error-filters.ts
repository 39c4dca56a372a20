'use client';

import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';

import { parseAsSort } from '#components/ui/table/parse-sort.ts';

import { SEVERITIES } from './prepare-errors.ts';

const NEWEST_FIRST = { id: 'at', isDescending: true };

/** All that decides what the errors page shows; kept in the URL. */
export function useErrorFilters() {
  const [choices, setChoices] = useQueryStates({
    agent: parseAsString,
    thread: parseAsString,
    text: parseAsString.withDefault(''),
    severity: parseAsStringLiteral(SEVERITIES),
    sort: parseAsSort.withDefault(NEWEST_FIRST),
    /** The journal position of the error whose details are open. */
    error: parseAsInteger,
  });
  const { agent, thread, text, severity } = choices;
  return {
    choices,
    set: (patch: Parameters<typeof setChoices>[0]) => void setChoices(patch),
    open: (seq: number | null) => void setChoices({ error: seq }, { history: 'push' }),
    clear: () => void setChoices({ agent: null, thread: null, text: null, severity: null }),
    isFiltered: agent !== null || thread !== null || text !== '' || severity !== null,
  };
}
export type ErrorFilters = ReturnType<typeof useErrorFilters>;
