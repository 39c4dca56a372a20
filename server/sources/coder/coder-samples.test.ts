import { existsSync, readFileSync, readdirSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { LabCoder, LabCoderSession } from '#lab/coder/server.ts';
import { createLabCoder } from '#lab/coder/server.ts';
import { addTokens, ZERO_TOKENS } from '#organism/tokens.ts';
import { createPricer } from '#server/ingest/price.ts';

import type { TestCoder } from './testing/test-coder.ts';
import { openTestCoder } from './testing/test-coder.ts';
import { tokensOf } from './to-drafts.ts';

/** What the samples say, in the numbers they say it in. */

const SHARED = new URL('../../../../shared/samples/coder/', import.meta.url);
const FIXTURES = new URL('testing/fixtures/', import.meta.url);

function sample<T extends z.ZodType>(name: string, schema: T): z.output<T> {
  return schema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8')));
}

const json = z.record(z.string(), z.unknown());
const sessionShape = z.looseObject({
  id: z.string(),
  initiator: z.object({ id: z.string(), username: z.string() }),
  last_active_at: z.string().default('2026-05-25T09:10:02.551Z'),
  threads: z.unknown(),
});
const threadsShape = z.array(z.looseObject({ id: z.string() })).catch([]);

/** As the lab keeps sessions, with the threads of the page that has them. */
function labSession(wire: unknown): LabCoderSession {
  const session = sessionShape.parse(wire);
  return { ...session, threads: threadsShape.parse(session.threads) };
}

let kit: TestCoder<LabCoder>;
beforeEach(async () => {
  kit = await openTestCoder(createLabCoder());
});
afterEach(() => kit.close());

describe('the samples of Coder AI Bridge', () => {
  it('2, 5: the session in full: two threads that add up to it, and every message', async () => {
    kit.lab.put(labSession(sample('session-detail', json)));
    await kit.read();
    const sum = kit.recorder.of('usage').map(({ tokens }) => tokens);
    expect(sum.reduce(addTokens, ZERO_TOKENS)).toEqual({
      inputFresh: 3150,
      outputVisible: 2210,
      cacheRead: 88_000,
      cacheWrite: 12_400,
      reasoning: 0,
    });
    const messages = kit.recorder.of('message');
    expect(messages.map(({ from, payloadType, to }) => `${from} ${payloadType} ${to}`)).toEqual([
      'ann prompt Claude Code @ ann',
      'Claude Code @ ann thinking Claude Code @ ann',
      'Claude Code @ ann tool_call client-tool',
      'Claude Code @ ann tool_call client-tool',
      'Claude Code @ ann tool_call https://coder.example.com/api/experimental/mcp/http',
      'ann prompt Claude Code @ ann',
    ]);
    expect(messages[2]?.payload).toEqual({
      tool: 'Read',
      input: { file_path: 'worker.ts' },
      injected: false,
    });
    expect(kit.recorder.of('thread_created')).toHaveLength(2);
    expect(kit.recorder.rejects).toEqual([]);
  });

  it('1: all pages: clients, a client nobody names, and sessions without threads', async () => {
    const page = z.object({ sessions: z.array(z.unknown()) });
    for (const name of ['sessions-page1', 'sessions-page2', 'sessions-newer']) {
      for (const session of sample(name, page).sessions) {
        const { id } = sessionShape.parse(session);
        const thread = { id: `${id}-1`, prompt: 'go', agentic_actions: null };
        kit.lab.put({ ...labSession(session), threads: [thread] });
      }
    }
    await kit.read();
    const agents = kit.recorder.of('agent').filter(({ isAgent }) => isAgent);
    expect(new Set(agents.map(({ agent }) => agent))).toEqual(
      new Set(['Claude Code @ ann', 'Codex @ bob', 'Unknown @ bob']),
    );
    expect(kit.recorder.of('usage')).toEqual([]);
    expect(kit.recorder.rejects).toEqual([]);
  });

  it('4: a page of a session without threads', async () => {
    kit.lab.put(labSession(sample('session-detail-empty-page', json)));
    await kit.read();
    expect(kit.recorder.of('thread_created')).toEqual([]);
    expect(kit.recorder.rejects).toEqual([]);
  });

  it('8: of the deprecated list, the one tool that could not be called', async () => {
    const { results } = sample('interceptions-deprecated', z.object({ results: z.array(json) }));
    kit.lab.interceptions = results;
    await kit.read();
    expect(kit.recorder.of('error').map(({ text }) => text)).toEqual([
      'coder_workspace_exec: workspace is stopped',
    ]);
    expect(kit.recorder.of('usage')).toEqual([]);
  });

  const usageShape = z.record(z.string(), z.number());
  const vectors = sample(
    'price-table-excerpt',
    z.object({
      cost_vectors: z.array(
        z.object({
          provider: z.string(),
          model: z.string(),
          usage: usageShape,
          cost_micros: z.number().nullable(),
        }),
      ),
    }),
  ).cost_vectors;

  it.each(vectors)('6: $model costs $cost_micros micro-dollars', (vector) => {
    const { provider, model, usage, cost_micros: micros } = vector;
    const occurredAt = Date.parse('2026-05-25T09:00:00Z');
    const priced = createPricer().priceUsage({
      provider,
      model,
      tokens: tokensOf(usage),
      occurredAt,
    });
    expect(priced.costNanos).toBe(micros === null ? null : micros * 1000);
  });

  const refusals = z.array(z.object({ case: z.string(), status: z.number(), body: json }));
  it.each(sample('errors', refusals))('10: $case is said in words', async (refusal) => {
    kit.lab.refusal = refusal;
    await kit.source.start();
    await kit.recorder.until('a state', () => (kit.status()?.reason ?? '') !== '');
    const isUnlicensed = refusal.case === 'not licensed';
    expect(kit.status()?.state).toBe(isUnlicensed ? 'unlicensed' : 'retrying');
    expect(kit.status()?.reason).toMatch(
      isUnlicensed ? /Premium/ : new RegExp(`${refusal.status}`),
    );
  });
});

describe.skipIf(!existsSync(SHARED))('the samples beside this repository', () => {
  it.each(readdirSync(FIXTURES))('%s is the fixture', (name) => {
    expect(readFileSync(new URL(name, SHARED))).toEqual(readFileSync(new URL(name, FIXTURES)));
  });
});
