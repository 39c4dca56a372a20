'use client';

import { parseAsString, useQueryStates } from 'nuqs';

import { type MessageFilter, NO_FILTER } from './message-filter.ts';

const FILTERS = {
  agent: parseAsString,
  payloadType: parseAsString,
  thread: parseAsString,
  text: parseAsString.withDefault(''),
};
const NAMES = { payloadType: 'type', text: 'q' };

/** The filter of the messages page, in the URL: `?agent=&type=&thread=&q=`. */
export function useMessageFilter(): {
  readonly filter: MessageFilter;
  readonly change: (patch: Partial<MessageFilter>) => void;
  readonly clear: () => void;
} {
  const [filter, setFilter] = useQueryStates(FILTERS, { urlKeys: NAMES });
  return {
    filter,
    change: (patch) => void setFilter(patch),
    clear: () => void setFilter(NO_FILTER),
  };
}
