import { expect, it } from 'vitest';

import { createPricer } from '#server/ingest/price.ts';

import { claudeCodeDrafts } from './claude-code-logs.ts';

const REQUEST = {
  'session.id': 's1',
  'anthropic.provider': 'firstParty',
  model: 'claude-sonnet-4-5',
  input_tokens: 120,
  output_tokens: 40,
  cache_read_tokens: 4000,
  cache_creation_tokens: 900,
  request_id: 'req_1',
};

function billed(more: object) {
  const attributes = new Map<string, unknown>(Object.entries({ ...REQUEST, ...more }));
  const drafts = claudeCodeDrafts('api_request', {
    resource: new Map(),
    scope: 'com.anthropic.claude_code.events',
    at: 0,
    eventName: 'api_request',
    body: null,
    attributes,
    traceId: null,
    spanId: null,
  });
  const usage = drafts.find((draft) => draft.type === 'usage');
  if (usage === undefined) throw new Error('nothing is billed');
  return { hour: usage.cacheWrite1h, nanos: createPricer().priceUsage(usage).costNanos };
}

it.each([
  ['none of them', { cache_creation_5m_tokens: 900, cache_creation_1h_tokens: 0 }, undefined],
  ['some of them', { cache_creation_5m_tokens: 600, cache_creation_1h_tokens: 300 }, 300],
  ['all, as text', { cache_creation_1h_tokens: '900' }, 900],
  ['more than were written', { cache_creation_1h_tokens: 901 }, 900],
  ['an older build', {}, undefined],
])('prices cache writes kept for an hour as such: %s', (_what, more, hour) => {
  // 120 x 3 + 4,000 x 0.3 + 900 x 3.75 + 40 x 15 dollars a million, and 2.25 more for each of an hour.
  expect(billed(more)).toEqual({ hour, nanos: 5_535_000 + (hour ?? 0) * 2250 });
});
