import { existsSync, readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';

import { asList, asRecord } from './plain-values.ts';
import { endStateOf } from './testing/end-state.ts';
import type { ManualClock } from './testing/manual-clock.ts';
import { createManualClock } from './testing/manual-clock.ts';

/**
 * What was recorded of every upstream that posts to us, in whatever way it may come a second time:
 * whole, in halves that overlap, one by one in another order, and cut off anywhere before that. The
 * end is the same.
 */

const SAMPLES = new URL('../../../shared/samples/', import.meta.url);
/** Longer than anything waits for what may still come. */
const LONG_MS = 120_000;
const RUNS = 5;
const NOON = Date.parse('2026-11-21T12:00:00Z');

interface Item {
  readonly path: string;
  /** One body that brings this item alone. */
  readonly body: unknown;
}
interface Wire {
  readonly name: string;
  readonly read: () => readonly Item[];
}

const sample = (name: string): unknown => JSON.parse(readFileSync(new URL(name, SAMPLES), 'utf8'));

/** Each record of an OTLP request, with its resource and scope. */
function otlp(file: string, signal: 'traces' | 'logs' | 'metrics'): readonly Item[] {
  const [resources, scopes, records] = {
    traces: ['resourceSpans', 'scopeSpans', 'spans'],
    logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
    metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  }[signal] as [string, string, string];
  return asList(asRecord(sample(file))[resources]).flatMap((ofResource) =>
    asList(asRecord(ofResource)[scopes]).flatMap((ofScope) =>
      asList(asRecord(ofScope)[records]).map((record) => ({
        path: `/v1/${signal}`,
        body: {
          [resources]: [
            {
              ...asRecord(ofResource),
              [scopes]: [{ ...asRecord(ofScope), [records]: [record] }],
            },
          ],
        },
      })),
    ),
  );
}

const hooks = (): readonly Item[] =>
  asList(sample('hooks/hooks-claude-code.json')).map((body) => ({
    path: '/hooks/claude-code',
    body,
  }));
const agents = (): readonly Item[] =>
  asList(asRecord(sample('openai-agents/openai-agents-traces-ingest.json'))['data']).map(
    (item) => ({
      path: '/v1/traces/ingest',
      body: { data: [item] },
    }),
  );
const claudeCode = (signal: 'traces' | 'logs' | 'metrics'): readonly Item[] =>
  otlp(`otlp/otlp-claude-code-${signal}.json`, signal);

const WIRES: readonly Wire[] = [
  { name: 'the Vercel AI SDK', read: () => otlp('otlp/otlp-ai-sdk.json', 'traces') },
  { name: "Claude Code's logs", read: () => claudeCode('logs') },
  { name: "Claude Code's spans", read: () => claudeCode('traces') },
  { name: "Claude Code's metrics", read: () => claudeCode('metrics') },
  { name: "Claude Code's hooks", read: hooks },
  { name: 'the OpenAI Agents SDK', read: agents },
  {
    name: 'all of Claude Code at once',
    read: () => [
      ...claudeCode('logs'),
      ...claudeCode('traces'),
      ...claudeCode('metrics'),
      ...hooks(),
    ],
  },
];

/** What is sent, after a first body that ends early. */
type Way = 'twice' | 'halves' | 'shuffled';

describe.skipIf(!existsSync(SAMPLES)).each(WIRES)('$name', ({ read }) => {
  it('comes to the same in whatever way it is sent again', async () => {
    const items = read();
    expect(items.length).toBeGreaterThan(3);
    const expected = await endAfter(items);
    expect(JSON.stringify(expected).length).toBeGreaterThan(300);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Way>('twice', 'halves', 'shuffled'),
        fc.shuffledSubarray([...items], { minLength: items.length }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (way, shuffled, cut) => {
          const third = Math.floor(items.length / 3);
          const sent = {
            twice: [...items, ...items],
            halves: [...items.slice(0, 2 * third), ...items.slice(third)],
            shuffled,
          }[way];
          expect(await endAfter(sent, cut)).toEqual(expected);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

/** @param cut where the first body ends that is sent before all others, as a part of it */
async function endAfter(items: readonly Item[], cut: number | null = null): Promise<object> {
  const clock = createManualClock();
  const kit = await openTestApi({ schedule: clock.schedule, now: () => NOON });
  try {
    // What is no body is refused, and counted.
    const refused = cut === null ? 0 : await sendCutOff(kit, items[0], cut);
    for (const { path, body } of items) {
      expect(await send(kit, path, Buffer.from(JSON.stringify(body)))).toBeLessThan(300);
    }
    await settle(kit, clock);
    const rejects = (await kit.store.sourceCounts()).map(({ rejected }) => rejected);
    expect(rejects.reduce((sum, count) => sum + count, 0)).toBe(refused);
    return endStateOf(kit);
  } finally {
    await kit.close();
  }
}

/** @returns how many bodies were refused whole */
async function sendCutOff(kit: TestApi, item: Item | undefined, cut: number): Promise<number> {
  if (item === undefined) throw new Error('the sample is empty');
  const whole = Buffer.from(JSON.stringify(item.body));
  const early = whole.subarray(0, Math.floor(cut * (whole.length - 1)));
  const status = await send(kit, item.path, early);
  expect(status).toBeLessThan(500);
  return status === 400 ? 1 : 0;
}

async function send(kit: TestApi, path: string, body: Buffer): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const { status } = await kit.request('POST', path, { body: new Uint8Array(body), headers });
  return status;
}

/** What waits is told: its commit stands before this one's in the queue. */
async function settle(kit: TestApi, clock: ManualClock): Promise<void> {
  clock.advance(LONG_MS);
  expect(clock.pending).toEqual([]);
  for (let last = -1; last !== (await seqOf(kit));) last = await seqOf(kit);
}

async function seqOf(kit: TestApi): Promise<number> {
  // An empty batch is committed after all that was handed over before it.
  const nothing = { events: [], rejects: [], redactions: {}, catalogueVersion: 'catalogue-1' };
  await kit.store.append({ source: 'test', organismId: 'one', ...nothing });
  const events = await kit.store.readEvents({ since: 0, limit: 5000 });
  return events.at(-1)?.seq ?? 0;
}
