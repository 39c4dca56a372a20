import fc from 'fast-check';
import { expect, it } from 'vitest';

import { stringifyInTurns } from './json-in-turns.ts';

it('writes what JSON.stringify writes', async () => {
  const list = fc.array(fc.jsonValue(), { maxLength: 250 });
  const field = fc.oneof(list, fc.jsonValue(), fc.constant(undefined));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), field), async (value) => {
      expect(await stringifyInTurns(value)).toBe(JSON.stringify(value));
    }),
    { numRuns: 60 },
  );
});

it('lets others have their turn within a long list', async () => {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const long = Array.from({ length: 2000 }, (_, id) => ({ id }));
  await stringifyInTurns({ short: [1], long });
  isDone = true;
  expect(turns).toBeGreaterThan(10);
});
