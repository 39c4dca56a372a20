import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { EventDraft } from '#organism/event.ts';

import { createBatchIndex } from './batch-index.ts';
import { toSelection } from './live-selection.ts';
import { subjectOf } from './socket-filters.ts';
import { agentDraft, createTestJournal, messageDraft } from './test-kit.ts';

const name = fc.constantFrom('a', 'b', 'c');
const names = fc.array(name, { maxLength: 3 });
const draft: fc.Arbitrary<EventDraft> = fc.oneof(
  fc.record({ threadId: name, from: name, to: name }).map((ends) => messageDraft('m', ends)),
  name.map(agentDraft),
  fc.constant<EventDraft>({ type: 'raw', key: 'r', occurredAt: 1, name: 'news', payload: null }),
);

it('finds exactly what the filter passes, in order', () => {
  fc.assert(
    fc.property(
      fc.array(draft, { maxLength: 30 }),
      fc.record({
        types: fc.subarray(['message', 'agent', 'raw']),
        agents: names,
        threads: names,
      }),
      (drafts, filter) => {
        const events = createTestJournal().append('one', drafts);
        const selection = toSelection(filter);
        fc.pre(selection.passes !== null);
        const passing = [...events.keys()].filter((place) => {
          const event = events[place];
          return event !== undefined && selection.passes?.(subjectOf(event));
        });
        expect(createBatchIndex(events).select(selection)).toEqual(passing);
      },
    ),
  );
});
