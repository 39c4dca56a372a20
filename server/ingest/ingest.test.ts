import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { SqliteStore } from '#db/sqlite/store.ts';
import { createSqliteStore } from '#db/sqlite/store.ts';
import type { AppendBatch } from '#db/store.ts';
import type { EventDraft, JournalEvent } from '#organism/event.ts';

import type { Ingest } from './ingest.ts';
import { createIngest } from './ingest.ts';
import { createPreparation } from './prepare.ts';
import { createPricer } from './price.ts';
import { createRedactor } from './redact.ts';

const FROM = { source: 'desk', organismId: 'desk' };
const SECRET = 'sk-ant-api03-AAAAAAAAAAAAAAAAAAAAAAAA';

describe('ingest', () => {
  const data = mkdtempSync(path.join(os.tmpdir(), 'organoscope-ingest-'));
  let store: SqliteStore;
  let published: JournalEvent[][] = [];
  let order: string[] = [];
  let ingest: Ingest;

  beforeEach(async () => {
    store = await createSqliteStore({ dataDir: data, log: pino({ level: 'silent' }) });
    published = [];
    order = [];
    ingest = createIngest({
      store: {
        async append(batch: AppendBatch) {
          const result = await store.append(batch);
          order.push('committed');
          return result;
        },
      },
      preparation: createPreparation({
        redactor: createRedactor({ profile: 'standard' }),
        pricer: createPricer(),
      }),
      publish(events) {
        order.push('published');
        published.push([...events]);
      },
      now: () => 1_763_695_519_426.5,
    });
  });
  afterEach(async () => {
    await store.close();
    for (const name of readdirSync(data)) rmSync(path.join(data, name), { recursive: true });
  });

  it('publishes after the commit, never before', async () => {
    await ingest.deliver(FROM, { drafts: [message('a'), message('b')] });
    expect(order).toEqual(['committed', 'published']);
    expect(published[0]?.map((event) => event.seq)).toEqual([1, 2]);
  });

  it('publishes nothing when the store refuses', async () => {
    await store.close();
    await expect(ingest.deliver(FROM, { drafts: [message('a')] })).rejects.toThrow('closed');
    expect(published).toEqual([]);
  });

  it('publishes an event once, however often it is delivered', async () => {
    await ingest.deliver(FROM, { drafts: [message('a')] });
    const again = await ingest.deliver(FROM, { drafts: [message('a'), message('b')] });
    expect(again).toMatchObject({ accepted: 1, duplicate: 1, rejected: 0 });
    expect(published.flat().map((event) => event.key)).toEqual(['message:a', 'message:b']);
  });

  it('keeps the good of a delivery with bad ones, and says what was wrong with which field', async () => {
    const bad = { ...message('bad'), occurredAt: 'yesterday' } as unknown as EventDraft;
    const huge: EventDraft = {
      ...usage('u'),
      tokens: { ...usage('u').tokens, inputFresh: 2 ** 62 },
    };
    const outcome = await ingest.deliver(FROM, {
      drafts: [message('a'), bad, huge, message('b')],
      rejects: [
        {
          reason: 'invalid-json',
          detail: 'desk: frame: bare NaN',
          sample: `{"x":NaN,"k":"${SECRET}"}`,
        },
      ],
    });
    expect(outcome).toMatchObject({ accepted: 2, duplicate: 0, rejected: 3 });
    const { rows } = await store.listRejects({ source: 'desk', limit: 10, offset: 0 });
    const details = rows.map((row) => row.detail);
    expect(details).toContain('desk: frame: bare NaN');
    expect(details).toContainEqual(
      expect.stringContaining('desk, message: occurredAt: Invalid input: expected number'),
    );
    expect(details).toContainEqual(expect.stringContaining('desk, usage: tokens.inputFresh:'));
    const [counts] = await store.sourceCounts();
    expect(counts).toMatchObject({ received: 5, accepted: 2, duplicate: 0, rejected: 3 });
  });

  it('prices a call once, and leaves a model without a known price unpriced', async () => {
    await ingest.deliver(FROM, { drafts: [usage('a'), { ...usage('b'), model: 'mystery-7b' }] });
    const [known, unknown] = published.flat();
    // 10 input at $1.25 and 2 output at $10 per million: 12,500 + 20,000 nano-dollars.
    expect(known).toMatchObject({ costNanos: 32_500, price: { source: 'genai-prices' } });
    expect(unknown).toMatchObject({ costNanos: null, price: null });
  });

  it('saves the cursor with the last part only', async () => {
    const many = Array.from({ length: 2500 }, (_, index) => message(`m${index}`));
    await ingest.deliver(FROM, { drafts: many, cursors: { usage: '7' } });
    expect(order).toEqual([
      'committed',
      'published',
      'committed',
      'published',
      'committed',
      'published',
    ]);
    expect(await store.getCursor('desk', 'usage')).toBe('7');
    await ingest.deliver(FROM, { drafts: [], cursors: { usage: '8' } });
    expect(await store.getCursor('desk', 'usage')).toBe('8');
  });

  it('stores and shows no secret, wherever it stands, and counts each', async () => {
    const planted: EventDraft = {
      ...message('s'),
      from: `agent ${SECRET}`,
      payload: {
        note: `key ${SECRET}`,
        [SECRET]: 1,
        deep: [{ authorization: 'x' }],
        total_tokens: 12,
      },
    };
    await ingest.deliver(FROM, {
      drafts: [planted],
      rejects: [{ reason: 'invalid-json', detail: 'desk: frame', sample: `{"k":"${SECRET}"` }],
    });
    expect(JSON.stringify(published)).not.toContain(SECRET);
    expect(published[0]?.[0]).toMatchObject({ payload: { total_tokens: 12 } });
    const [counts] = await store.sourceCounts();
    expect(counts?.redactions['anthropic_key']).toBeGreaterThanOrEqual(3);
    await store.close();
    for (const name of readdirSync(data)) {
      const holdsIt = readFileSync(path.join(data, name)).includes(SECRET);
      expect({ name, holdsIt }).toEqual({ name, holdsIt: false });
    }
  });
});

function message(id: string): Extract<EventDraft, { type: 'message' }> {
  return {
    type: 'message',
    key: `message:${id}`,
    occurredAt: 1_763_695_519_000,
    id,
    threadId: 't1',
    from: 'planner',
    to: 'coder',
    payloadType: 'Task',
    payload: { text: id },
  };
}

function usage(id: string): Extract<EventDraft, { type: 'usage' }> {
  return {
    type: 'usage',
    key: `usage:${id}`,
    occurredAt: 1_763_695_519_000,
    id,
    threadId: 't1',
    agent: 'planner',
    model: 'gpt-5',
    provider: 'openai',
    org: null,
    user: null,
    tokens: { inputFresh: 10, cacheRead: 0, cacheWrite: 0, outputVisible: 2, reasoning: 0 },
    latencyMs: null,
    reportedCostNanos: null,
  };
}
