import { createRandom } from '#lab/agentserver/random.ts';
import { createModelstatStory } from '#lab/modelstat/story.ts';
import { createAgentsStory } from '#lab/openai-agents/story.ts';
import { createOtlpStory, toTraceRequest } from '#lab/otlp/story.ts';
import { createReceivers } from '#server/sources/create-receivers.ts';
import { encodeRequest } from '#server/sources/otlp/protobuf-schema.ts';
import type { ReceiverDeps } from '#server/sources/receiver.ts';

import { createClaudeCodeLogs } from './claude-code-logs.ts';
import { createExecLines } from './codex-lines.ts';
import type { DecodeCase, Deliver } from './decode-case.ts';

const SEED = 7;
const NOON = Date.parse('2026-11-21T12:00:00Z');
/** As many as an exporter sends at once. */
const PART = 512;
/** What the project promises of OpenTelemetry on one core. */
const OTLP_SPANS_PER_SECOND = 10_000;
const ID_FIELDS: ReadonlySet<string> = new Set(['traceId', 'spanId', 'parentSpanId']);

/** Every wire that is posted to us. */
export function receivedCases(count: number): DecodeCase[] {
  return [
    ...otlpCases(count),
    claudeCodeCase(count),
    modelstatCase(count),
    agentsCase(count),
    codexCase(count),
  ];
}

function otlpCases(count: number): DecodeCase[] {
  const story = createOtlpStory(createRandom(SEED), SEED);
  const spans = fill(count, (index) => story.nextRun(NOON + index));
  const json = inParts(spans).map((part) => toBuffer(toTraceRequest(part)));
  const packed = json.map((body) => encodeRequest('traces', withByteIds(body)));
  const common = { unit: 'spans', count, barPerSecond: OTLP_SPANS_PER_SECOND };
  const open = opener('/v1/traces', 'application/json');
  const openPacked = opener('/v1/traces', 'application/x-protobuf');
  return [
    { ...common, name: 'OTLP, JSON', bodies: json, open },
    { ...common, name: 'OTLP, protobuf', bodies: packed, json, open: openPacked },
  ];
}

function withByteIds(body: Buffer): Record<string, unknown> {
  return JSON.parse(body.toString(), (field, value: unknown) =>
    ID_FIELDS.has(field) && typeof value === 'string' ? Buffer.from(value, 'hex') : value,
  );
}

function claudeCodeCase(count: number): DecodeCase {
  return {
    name: 'Claude Code, telemetry',
    unit: 'records',
    count,
    bodies: inParts(createClaudeCodeLogs(count, NOON)).map((logRecords) =>
      toBuffer({
        resourceLogs: [
          {
            resource: {
              attributes: [{ key: 'service.name', value: { stringValue: 'claude-code' } }],
            },
            scopeLogs: [{ scope: { name: 'com.anthropic.claude_code.events' }, logRecords }],
          },
        ],
      }),
    ),
    open: opener('/v1/logs', 'application/json'),
  };
}

function modelstatCase(count: number): DecodeCase {
  const story = createModelstatStory(createRandom(SEED), 'dev_bench');
  const batches = inParts(Array.from({ length: count })).map(({ length }, index) =>
    toBuffer(story.nextBatch(length, NOON + index)),
  );
  const open = opener('/v1/ingest', 'application/json');
  return { name: 'modelstat', unit: 'calls', count, bodies: batches, open };
}

function agentsCase(count: number): DecodeCase {
  const story = createAgentsStory(createRandom(SEED));
  const items = fill(count, (index) => story.nextTrace(NOON + index));
  const bodies = inParts(items).map((data) => toBuffer({ data }));
  const open = opener('/v1/traces/ingest', 'application/json');
  return { name: 'OpenAI Agents', unit: 'items', count, bodies, open };
}

function codexCase(count: number): DecodeCase {
  let nextLine = 1;
  const parts = inParts(createExecLines(count)).map((lines) => {
    const query = new URLSearchParams({ invocation: 'bench', line: String(nextLine) });
    nextLine += lines.length;
    return { query, body: Buffer.from(`${lines.join('\n')}\n`) };
  });
  const queries = new Map<Buffer, URLSearchParams>(parts.map(({ query, body }) => [body, query]));
  return {
    name: 'Codex, exec --json',
    unit: 'lines',
    count,
    bodies: parts.map(({ body }) => body),
    json: parts.map(({ body }) => Buffer.from(`[${body.toString().trim().split('\n').join(',')}]`)),
    open: opener('/v1/codex/exec', 'application/json', (body) => queries.get(body)),
  };
}

/** The endpoint as the server has it, with what it delivers under the harness's control. */
function opener(
  path: string,
  contentType: string,
  queryOf: (body: Buffer) => URLSearchParams | undefined = () => undefined,
): DecodeCase['open'] {
  return (deliver) => {
    const endpoint = createReceivers(() => receiverDeps(deliver))
      .flatMap(({ endpoints }) => endpoints)
      .find((each) => each.path === path);
    if (endpoint === undefined) throw new Error(`nothing answers ${path}`);
    return async (body) => {
      const query = queryOf(body) ?? new URLSearchParams();
      const reply = await endpoint.receive({
        headers: { 'content-type': contentType },
        query,
        body,
      });
      if (reply.status >= 300)
        throw new Error(`${path} answered ${reply.status}: ${String(reply.body)}`);
    };
  };
}

function receiverDeps(deliver: Deliver): ReceiverDeps {
  const cursors = new Map<string, string>();
  return {
    async deliver(organismId, delivery) {
      await deliver(organismId, delivery);
      for (const [name, value] of Object.entries(delivery.cursors ?? {})) cursors.set(name, value);
      return { accepted: delivery.drafts.length, duplicate: 0, rejected: 0 };
    },
    getCursor: async (name) => cursors.get(name) ?? null,
    redact: (value: unknown) => value,
    threadTokens: async () => 0,
    stopAtTokens: null,
    log: { info: () => undefined, warn: () => undefined },
    now: Date.now,
    schedule: () => () => undefined,
  };
}

function fill<T>(count: number, next: (index: number) => readonly T[]): T[] {
  const all: T[] = [];
  for (let index = 0; all.length < count; index += 1) all.push(...next(index));
  return all.slice(0, count);
}

function inParts<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += PART) {
    parts.push(items.slice(start, start + PART));
  }
  return parts;
}

function toBuffer(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
