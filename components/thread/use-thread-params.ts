'use client';

import { createParser, parseAsBoolean, parseAsString, useQueryStates } from 'nuqs';

import type { TimelineAnchor } from '#components/api/timeline-pages.ts';

const parseAsAnchor = createParser<TimelineAnchor>({
  parse(text) {
    if (text === 'start' || text === 'end') return text;
    return /^\d{1,15}$/.test(text) ? Number(text) : null;
  },
  serialize: String,
});

const PARSERS = {
  message: parseAsString,
  at: parseAsAnchor.withDefault('end'),
  chain: parseAsBoolean.withDefault(true),
  fold: parseAsBoolean.withDefault(true),
};

export type ThreadParams = {
  /** The opened message, as `messageRef` writes it. */
  readonly message: string | null;
  readonly anchor: TimelineAnchor;
  /** Show the whole conversation, not only this thread's own hops. */
  readonly isLinking: boolean;
  /** Show what was recorded twice once. */
  readonly isFolding: boolean;
  readonly openMessage: (reference: string | null) => void;
  readonly setAnchor: (anchor: TimelineAnchor) => void;
  readonly setLinking: (isLinking: boolean) => void;
  readonly setFolding: (isFolding: boolean) => void;
};

export function useThreadParams(): ThreadParams {
  const [query, setQuery] = useQueryStates(PARSERS);
  return {
    message: query.message,
    anchor: query.at,
    isLinking: query.chain,
    isFolding: query.fold,
    // The first press adds to the history, so that Back closes the drawer; stepping does not.
    openMessage: (message) =>
      void setQuery(
        { message },
        { history: query.message === null && message !== null ? 'push' : 'replace' },
      ),
    setAnchor: (at) => void setQuery({ at }),
    setLinking: (chain) => void setQuery({ chain }),
    setFolding: (fold) => void setQuery({ fold }),
  };
}
