import { expect, it } from 'vitest';

import { createByteBudget } from './byte-budget.ts';
import type { Pushed } from './push.ts';
import { createIngestSession } from './socket-session.ts';

const OUTCOME = { accepted: 0, duplicate: 0, rejected: 0, rejects: [], lastSeq: 0 };

function setUp(budgetBytes?: number) {
  const commits: (() => void)[] = [];
  const sent: string[] = [];
  const calls: string[] = [];
  const session = createIngestSession({
    origin: { source: 'ci', organismId: 'ci' },
    push: {
      push: (): Pushed => ({
        taken: Promise.resolve(),
        outcome: new Promise((resolve) => commits.push(() => resolve(OUTCOME))),
      }),
    },
    budget: createByteBudget(budgetBytes),
    admit: () => null,
    socket: {
      send: (text) => sent.push(text),
      pause: () => calls.push('pause'),
      resume: () => calls.push('resume'),
    },
    log: { error: () => undefined },
  });
  return { session, commits, sent, calls };
}

it('stops reading with 64 frames unanswered, and goes on with the first answer', async () => {
  const { session, commits, sent, calls } = setUp();
  for (let frame = 1; frame <= 63; frame += 1) session.onText('[]');
  expect(calls).toEqual([]);
  session.onText('[]');
  expect(calls).toEqual(['pause']);
  await expect.poll(() => commits.length).toBe(64);
  commits[0]?.();
  await expect.poll(() => sent.length).toBe(1);
  expect(calls).toEqual(['pause', 'resume']);
});

it('stops reading with 16 MiB unanswered', () => {
  const { session, calls } = setUp();
  for (let frame = 1; frame <= 3; frame += 1) session.onText(' '.repeat(5 << 20));
  expect(calls).toEqual([]);
  session.onText(' '.repeat(5 << 20));
  expect(calls).toEqual(['pause']);
});

it('is drained only when all has been answered', async () => {
  const { session, commits, sent } = setUp();
  session.onText('[]');
  session.onText('[]');
  let isDrained = false;
  const drained = session.drain().then(() => (isDrained = true));
  await expect.poll(() => commits.length).toBe(2);
  commits[0]?.();
  await expect.poll(() => sent.length).toBe(1);
  expect(isDrained).toBe(false);
  commits[1]?.();
  await drained;
  expect(sent).toHaveLength(2);
});

it('refuses a frame that all senders together leave no room for', async () => {
  const { session, sent } = setUp(100);
  session.onText(`[]${' '.repeat(80)}`);
  session.onText(`[]${' '.repeat(80)}`);
  await expect.poll(() => sent.length).toBe(1);
  expect(JSON.parse(sent[0] ?? '')).toMatchObject({ frame: 2, status: 503 });
});
