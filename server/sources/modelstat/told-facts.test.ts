import { expect, it } from 'vitest';

import { createRandom } from '#lab/agentserver/random.ts';
import { createModelstatStory } from '#lab/modelstat/story.ts';

import { createModelstatEndpoints } from './modelstat-receiver.ts';

it('tells of an organism, its agents and threads until that is stored, and then no more', async () => {
  let isFailing = true;
  const told: string[][] = [];
  const [endpoint] = createModelstatEndpoints({
    async deliver(_organismId, { drafts }) {
      if (isFailing) throw new Error('the disk is full');
      told.push(drafts.map(({ type }) => type));
      return { accepted: drafts.length, duplicate: 0, rejected: 0 };
    },
  });
  const story = createModelstatStory(createRandom(7), 'dev_1');
  const send = async (): Promise<unknown> => {
    const body = Buffer.from(JSON.stringify(story.nextBatch(200, 1_795_228_149_535)));
    return endpoint?.receive({ headers: {}, query: new URLSearchParams(), body });
  };
  await expect(send()).rejects.toThrow('the disk is full');
  isFailing = false;
  await send();
  await send();
  const facts = ['organism', 'agent', 'thread_created'];
  expect(told.map((types) => facts.map((fact) => types.includes(fact)))).toEqual([
    [true, true, true],
    [false, false, false],
  ]);
  for (const types of told) expect(types.filter((type) => type === 'usage')).toHaveLength(200);
});
