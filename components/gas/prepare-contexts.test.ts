import { expect, it } from 'vitest';

import { newThreadView } from '#organism/state.ts';

import { prepareContexts } from './prepare-contexts.ts';

it('lists threads whose window is known, the latest reading first', () => {
  const thread = (id: string, readAt: number | null) => ({
    ...newThreadView(id, 1),
    ...(readAt === null ? {} : { context: { usedTokens: 1, windowTokens: 10, readAt } }),
  });
  const rows = prepareContexts([thread('old', 1), thread('unknown', null), thread('new', 2)]);
  expect(rows.map(({ threadId }) => threadId)).toEqual(['new', 'old']);
});
