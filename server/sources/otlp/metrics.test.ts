import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';

import { attributesOf } from './testing/spans.ts';

/** Counters as exporters send them: sums since a start that moves, and differences. */

const CUMULATIVE = 2;
const DELTA = 1;
const NAME = 'gen_ai.client.token.usage';
const HEADERS = { 'content-type': 'application/json' };

interface Point {
  /** Seconds; 0: not said. */
  readonly start: number;
  readonly at: number;
  readonly value: number;
}

let kit: TestApi;
beforeEach(async () => {
  kit = await openTestApi();
});
afterEach(() => kit.close());

function metricsOf(points: readonly Point[], temporality: number, scope = 'test'): object {
  const dataPoints = points.map(({ start, at, value }) => ({
    startTimeUnixNano: nanosOf(start),
    timeUnixNano: nanosOf(at),
    asInt: String(value),
    attributes: attributesOf({ 'gen_ai.token.type': 'input' }),
  }));
  const metrics = [
    { name: NAME, sum: { isMonotonic: true, aggregationTemporality: temporality, dataPoints } },
  ];
  const resource = { attributes: attributesOf({ 'service.name': 'desk' }) };
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: scope }, metrics }] }] };
}

function nanosOf(seconds: number): string {
  return seconds === 0 ? '0' : `${1_795_228_000 + seconds}000000000`;
}

async function send(body: object): Promise<void> {
  const sent = { body: JSON.stringify(body), headers: HEADERS };
  expect((await kit.request('POST', '/v1/metrics', sent)).status).toBe(200);
}

interface Kept {
  readonly value: number;
  readonly startAt: number | null;
  readonly isDelta: boolean;
  readonly scope: string;
}

async function kept(): Promise<Kept[]> {
  const events = await kit.store.readEvents({ since: 0, limit: 1000 });
  return events.flatMap((event) => (event.type === 'raw' ? [Object(event.payload)] : []));
}

/** What a reader of the kept points counts: of each life of a counter the most, of differences all. */
async function counted(): Promise<number> {
  const lives = new Map<string, number>();
  let total = 0;
  for (const { value, startAt, isDelta, scope } of await kept()) {
    if (isDelta) total += value;
    const life = `${scope} ${startAt}`;
    if (!isDelta) lives.set(life, Math.max(lives.get(life) ?? 0, value));
  }
  return [...lives.values()].reduce((sum, value) => sum + value, total);
}

const BEFORE = [
  { start: 1, at: 10, value: 10 },
  { start: 1, at: 20, value: 25 },
];
const AFTER = [
  { start: 30, at: 40, value: 5 },
  { start: 30, at: 50, value: 9 },
];

describe('a counter that starts anew', () => {
  it('is kept with both of its lives, each point once however often it is sent', async () => {
    for (const points of [BEFORE, AFTER, [...BEFORE, ...AFTER], AFTER]) {
      await send(metricsOf(points, CUMULATIVE));
    }
    expect((await kept()).map(({ value }) => value)).toEqual([10, 25, 5, 9]);
    expect(await counted()).toBe(25 + 9);
  });

  it('is that in whatever order its points come', async () => {
    for (const point of [...AFTER, ...BEFORE].toReversed()) {
      await send(metricsOf([point], CUMULATIVE));
    }
    expect(await counted()).toBe(25 + 9);
  });

  it('loses no point where its start is not said and its value falls', async () => {
    const points = [...BEFORE, ...AFTER].map((point) => ({ ...point, start: 0 }));
    await send(metricsOf(points, CUMULATIVE));
    await send(metricsOf(points.toReversed(), CUMULATIVE));
    expect(await kept()).toMatchObject([10, 25, 5, 9].map((value) => ({ value, startAt: null })));
  });

  it('adds up as differences, where those are sent', async () => {
    const points = [
      { start: 1, at: 10, value: 10 },
      { start: 10, at: 20, value: 15 },
      { start: 30, at: 40, value: 5 },
    ];
    for (let times = 0; times < 2; times += 1) await send(metricsOf(points, DELTA));
    expect(await counted()).toBe(30);
  });

  it('is not the counter of the same name that another library keeps', async () => {
    await send(metricsOf(BEFORE, CUMULATIVE, 'openai'));
    await send(metricsOf(BEFORE, CUMULATIVE, 'anthropic'));
    expect(await counted()).toBe(50);
  });

  it('is billed neither way', async () => {
    await send(metricsOf([...BEFORE, ...AFTER], CUMULATIVE));
    await send(metricsOf(BEFORE, DELTA));
    const groups = await kit.store.sumUsage({ groupBy: [] });
    expect(groups.map(({ sum }) => sum.requests)).toEqual([0]);
  });
});
