import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { createRandom } from '#lab/agentserver/random.ts';
import { createModelstatStory } from '#lab/modelstat/story.ts';
import { createAgentsStory } from '#lab/openai-agents/story.ts';
import { createOtlpStory } from '#lab/otlp/story.ts';
import type { JournalEvent } from '#organism/event.ts';
import { Problem } from '#server/api/problem.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';

import type { ManualClock } from './testing/manual-clock.ts';
import { createManualClock } from './testing/manual-clock.ts';
import type { ReceivedWire, SentBody } from './testing/received-wires.ts';
import { receivedWires } from './testing/received-wires.ts';

/** What every upstream that posts to us may rely on, whatever its wire. */

/** Longer than anything waits for what may still come. */
const LONG_MS = 120_000;
/** How many places a body is cut at. */
const CUTS = 30;
/** Of a wire with many small bodies. */
const MAX_CUT_BODIES = 3;
const SEED = 7;
const NOON = Date.parse('2026-11-21T12:00:00Z');
const FACTS: ReadonlySet<string> = new Set(['message', 'usage', 'error']);

const runs = createOtlpStory(createRandom(SEED), SEED);
const workflows = createAgentsStory(createRandom(SEED));
const calls = createModelstatStory(createRandom(SEED), 'd').nextBatch(20, NOON);
const WIRES = receivedWires({
  spans: Array.from({ length: 8 }, (_, run) => runs.nextRun(NOON + run)).flat(),
  agentsItems: Array.from({ length: 3 }, (_, trace) => workflows.nextTrace(NOON + trace)).flat(),
  modelstatEvents: Array.isArray(calls['events']) ? calls['events'] : [],
});

describe.each(WIRES)('$name keeps the contract of a receiver', (wire) => {
  let kit: TestApi;
  /** Of what receivers do later. */
  let clock: ManualClock;
  /** What the sample comes to in a journal of its own. */
  let expected: readonly string[];
  beforeAll(async () => {
    kit = await openTestApi();
    await sendItems(items);
    expected = await facts();
    await kit.close();
  });
  beforeEach(async () => {
    clock = createManualClock();
    kit = await openTestApi({ schedule: clock.schedule });
  });
  afterEach(() => kit.close());

  const { items } = wire;
  const third = Math.floor(items.length / 3);

  async function send({ body, query }: SentBody): Promise<number> {
    const headers = { 'content-type': wire.contentType };
    const answer = await kit.request('POST', `${wire.path}${query}`, {
      body: Buffer.from(body),
      headers,
    });
    return answer.status;
  }

  async function sendItems(some: readonly unknown[], from = 0): Promise<number[]> {
    const statuses: number[] = [];
    for (const body of wire.bodiesOf(some, from)) statuses.push(await send(body));
    return statuses;
  }

  async function stored(): Promise<readonly JournalEvent[]> {
    return kit.store.readEvents({ since: 0, limit: 5000 });
  }

  /** What counts, without where it stands in the journal and when it came. */
  async function facts(): Promise<string[]> {
    const events = (await stored()).filter(({ type }) => FACTS.has(type));
    return events.map(factOf).toSorted();
  }

  async function rejected(): Promise<number> {
    return (await kit.store.sourceCounts()).reduce((sum, counts) => sum + counts.rejected, 0);
  }

  test('the sample twice is the sample once', async () => {
    expect(expected.length).toBeGreaterThan(10);
    for (const status of await sendItems(items)) expect(status).toBeLessThan(300);
    const before = await stored();
    for (const status of await sendItems(items)) expect(status).toBeLessThan(300);
    expect(await stored()).toEqual(before);
    expect(await rejected()).toBe(0);
  });

  test('in two halves with overlap it is the same', async () => {
    await sendItems(items.slice(0, 2 * third));
    await sendItems(items.slice(third), third);
    expect(await facts()).toEqual(expected);
    expect(await rejected()).toBe(0);
  });

  test('cut at any byte nothing is told to come again, and the whole after it is the same', async () => {
    let refused = 0;
    for (const { query, body } of wire.bodiesOf(items, 0).slice(0, MAX_CUT_BODIES)) {
      const step = Math.max(1, Math.floor(body.length / CUTS));
      for (let end = 1; end < body.length; end += step) {
        const status = await send({ query, body: body.subarray(0, end) });
        expect(status).toBeLessThan(500);
        if (status === 400) refused += 1;
      }
    }
    await sendItems(items);
    expect(await facts()).toEqual(expected);
    // Every body that was refused whole is counted, and nothing else is.
    expect(await rejected()).toBe(refused);
  });

  test.runIf(wire.isAllOrNothing)(
    'what nobody can read refuses all that came with it',
    async () => {
      const statuses = await sendItems([...items.slice(0, third), wire.malformed]);
      expect(statuses).toEqual([400]);
      expect(await stored()).toEqual([]);
      expect(await rejected()).toBe(1);
    },
  );

  test.runIf(!wire.isAllOrNothing)('what nobody can read stops nothing beside it', async () => {
    const statuses = await sendItems([...items.slice(0, third), wire.malformed]);
    await sendItems(items.slice(third), third + lostPlaces(wire));
    expect((await facts()).map(withoutPlace)).toEqual(expected.map(withoutPlace));
    // A hook is a body of its own: it is refused to its sender, and counted as one.
    expect(statuses.filter((status) => status === 400).length).toBeLessThan(2);
    expect(await rejected()).toBe(1);
  });

  test('what cannot be stored now is told to come again, and then counts once', async () => {
    kit.refusal = new Problem('disk-full', 'The disk is nearly full');
    for (const status of await sendItems(items)) expect(wire.retryable).toContain(status);
    expect(await stored()).toEqual([]);
    kit.refusal = null;
    await sendItems(items);
    expect(await facts()).toEqual(expected);
  });

  test('what nobody knows is kept', async () => {
    await sendItems([wire.withUnknown(items[0], 'the-novel-part')]);
    clock.advance(LONG_MS);
    await expect.poll(async () => JSON.stringify(await stored())).toContain('the-novel-part');
    expect(await rejected()).toBe(0);
  });
});

/** Lines are counted: the malformed one has taken a place. */
function lostPlaces({ name }: ReceivedWire): number {
  return name === 'codex exec' ? 1 : 0;
}

function withoutPlace(fact: string): string {
  return fact.replaceAll(/contract:\d+/g, 'contract');
}

function factOf(event: JournalEvent): string {
  const { type, key, organismId } = event;
  const said = event.type === 'usage' ? event.tokens : 'payload' in event ? event.payload : null;
  return JSON.stringify({ type, key, organismId, said });
}
