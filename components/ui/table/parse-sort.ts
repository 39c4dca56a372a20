import { createParser } from 'nuqs';

import type { Sort } from './column.ts';

/** A sort in the URL: `cost` ascending, `-cost` descending. */
export const parseAsSort = createParser<Sort>({
  parse(text) {
    const isDescending = text.startsWith('-');
    const id = isDescending ? text.slice(1) : text;
    return id === '' ? null : { id, isDescending };
  },
  serialize: ({ id, isDescending }) => `${isDescending ? '-' : ''}${id}`,
  eq: (a, b) => a.id === b.id && a.isDescending === b.isDescending,
});
