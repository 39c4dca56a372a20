import { expect, it } from 'vitest';

import type { JournalEvent } from '#organism/event.ts';

import { publishTogether } from './publish-together.ts';

function note(seq: number): JournalEvent {
  const place = { seq, organismId: 'desk', source: 'desk', occurredAt: 1e12, receivedAt: 1e12 };
  return { ...place, type: 'raw', key: `raw-${seq}`, name: 'note', payload: seq };
}

it('publishes what comes in one go together, in order, and before it resolves', async () => {
  const published: number[][] = [];
  const publish = publishTogether((events) => published.push(events.map(({ seq }) => seq)));
  const first = publish([note(1), note(2)]);
  void publish([note(3)]);
  expect(published).toEqual([]);
  await first;
  expect(published).toEqual([[1, 2, 3]]);
  await publish([note(4)]);
  expect(published).toEqual([[1, 2, 3], [4]]);
});

it('tells all of them when it fails, and goes on', async () => {
  let isBroken = true;
  const publish = publishTogether(() => {
    if (isBroken) throw new Error('no picture');
  });
  const both = await Promise.allSettled([publish([note(1)]), publish([note(2)])]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  await expect(publish([note(3)])).resolves.toBeUndefined();
});
