'use client';

import {
  parseAsArrayOf,
  parseAsBoolean,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from 'nuqs';

import { parseAsSort } from '#components/ui/table/parse-sort.ts';

import { AGENT_KINDS } from './prepare-agents.ts';

const AGENT_VIEWS = ['table', 'grid'] as const;

const PARAMS = {
  view: parseAsStringLiteral(AGENT_VIEWS).withDefault('table'),
  sort: parseAsSort.withDefault({ id: 'name', isDescending: false }),
  states: parseAsArrayOf(parseAsString).withDefault([]),
  kind: parseAsStringLiteral(AGENT_KINDS).withDefault('all'),
  text: parseAsString.withDefault(''),
  isRemoved: parseAsBoolean.withDefault(false),
};
const NAMES = { states: 'state', text: 'q', isRemoved: 'removed' };

/** View, sort and filters of the agents page, in the URL. */
export function useAgentFilters() {
  const [params, change] = useQueryStates(PARAMS, { urlKeys: NAMES });
  return {
    params,
    change: (patch: Parameters<typeof change>[0]) => void change(patch),
    clear: () => void change({ states: null, kind: null, text: null, isRemoved: null }),
  };
}

export type AgentFilters = ReturnType<typeof useAgentFilters>;
