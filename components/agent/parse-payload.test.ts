import { expect, it } from 'vitest';

import { parsePayload } from './parse-payload.ts';

it('takes a JSON object as it is', () => {
  expect(parsePayload(' {"text": "hi", "n": [1]} ').payload).toEqual({ text: 'hi', n: [1] });
});

it.each([
  ['', /Write a JSON object/],
  ['{"text": ', /not JSON yet/],
  ['[1, 2]', /must be a JSON object/],
  ['"text"', /must be a JSON object/],
  ['null', /must be a JSON object/],
])('says what is wrong with %j', (text, problem) => {
  const parsed = parsePayload(text);
  expect(parsed.payload).toBeNull();
  expect(parsed.problem).toMatch(problem);
});
