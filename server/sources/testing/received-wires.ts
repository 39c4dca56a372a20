import { readFileSync } from 'node:fs';

import { encodeRequest } from '../otlp/protobuf-schema.ts';

/** One wire that is posted to us, and a sample of what comes over it, for the contract of receivers. */
export interface ReceivedWire {
  readonly name: string;
  readonly path: string;
  readonly contentType: string;
  readonly items: readonly unknown[];
  /** The bodies that bring these items of the sample, and how they are addressed. */
  bodiesOf(items: readonly unknown[], from: number): readonly SentBody[];
  /** An item that nobody can read. */
  readonly malformed: unknown;
  /** What becomes of the others beside it: counted apart, or refused with it. */
  readonly isAllOrNothing: boolean;
  /** The first item with something in it that nobody knows. */
  withUnknown(item: unknown, marker: string): unknown;
  /** What an upstream hears that shall come again; it drops a batch for any other. */
  readonly retryable: ReadonlySet<number>;
}

export interface SentBody {
  readonly query: string;
  readonly body: Buffer;
}

const NOON = Date.parse('2026-11-21T12:00:00Z');
const JSON_TYPE = 'application/json';
const RETRIED_BY_OTLP: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const SERVER_ERRORS: ReadonlySet<number> = new Set([429, 500, 502, 503, 504, 507]);

/** What the lab's stories tell. */
export interface LabItems {
  readonly spans: readonly object[];
  readonly modelstatEvents: readonly unknown[];
  readonly agentsItems: readonly unknown[];
}

export function receivedWires(lab: LabItems): readonly ReceivedWire[] {
  return [
    otlp(lab, 'OTLP in JSON', JSON_TYPE, (spans) => Buffer.from(JSON.stringify(requestOf(spans)))),
    otlp(lab, 'OTLP in protobuf', 'application/x-protobuf', (spans) =>
      encodeRequest('traces', withByteIds(requestOf(spans))),
    ),
    {
      name: 'Claude Code telemetry',
      path: '/v1/logs',
      contentType: JSON_TYPE,
      items: claudeCodeLogs(),
      bodiesOf: inOne((logRecords) => ({
        resourceLogs: [
          {
            resource: { attributes: attributesOf({ 'service.name': 'claude-code' }) },
            scopeLogs: [{ logRecords }],
          },
        ],
      })),
      malformed: { body: { stringValue: 'claude_code.user_prompt' } },
      isAllOrNothing: false,
      withUnknown: (item, marker) => ({
        ...Object(item),
        body: { stringValue: 'claude_code.novel_event' },
        attributes: attributesOf({ 'session.id': 's1', 'event.sequence': 99, novel: marker }),
      }),
      retryable: RETRIED_BY_OTLP,
    },
    {
      name: 'Claude Code hooks',
      path: '/hooks/claude-code',
      contentType: JSON_TYPE,
      items: claudeCodeHooks(),
      bodiesOf: (items) => items.map((item) => ({ query: '', body: toBuffer(item) })),
      malformed: { session_id: '', hook_event_name: 'Stop' },
      isAllOrNothing: false,
      withUnknown: (item, marker) => ({ ...Object(item), hook_event_name: 'Novel', novel: marker }),
      retryable: SERVER_ERRORS,
    },
    {
      name: 'modelstat',
      path: '/v1/ingest',
      contentType: JSON_TYPE,
      items: lab.modelstatEvents,
      bodiesOf: inOne((events) => ({ batch_id: 'b', device_id: 'd', daemon_version: 'x', events })),
      malformed: { source_event_id: '' },
      isAllOrNothing: true,
      withUnknown: (item, marker) => ({ ...Object(item), kind: 'novel', novel: marker }),
      retryable: new Set([500]),
    },
    {
      name: 'OpenAI Agents',
      path: '/v1/traces/ingest',
      contentType: JSON_TYPE,
      items: lab.agentsItems,
      bodiesOf: inOne((data) => ({ data })),
      malformed: { object: 'trace.span' },
      isAllOrNothing: false,
      withUnknown: (item, marker) => ({
        ...Object(item),
        object: 'trace.span',
        id: 'span_novel',
        trace_id: 'trace_1',
        span_data: { type: 'novel', novel: marker },
      }),
      retryable: SERVER_ERRORS,
    },
    {
      name: 'codex exec',
      path: '/v1/codex/exec',
      contentType: JSON_TYPE,
      items: codexLines(),
      bodiesOf: (items, from) => [
        {
          query: `?invocation=contract&line=${from + 1}`,
          body: Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join('')),
        },
      ],
      malformed: 7,
      isAllOrNothing: false,
      withUnknown: (_item, marker) => ({ type: 'novel.event', novel: marker }),
      retryable: SERVER_ERRORS,
    },
  ];
}

function otlp(
  lab: LabItems,
  name: string,
  contentType: string,
  encode: (spans: readonly unknown[]) => Buffer,
): ReceivedWire {
  return {
    name,
    path: '/v1/traces',
    contentType,
    items: lab.spans,
    bodiesOf: (items) => [{ query: '', body: encode(items) }],
    malformed: { name: 'without ids' },
    isAllOrNothing: false,
    withUnknown: (item, marker) => ({
      ...Object(item),
      spanId: '00000000000000ff',
      // A root waits for none other.
      parentSpanId: '',
      attributes: attributesOf({
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': marker,
      }),
    }),
    retryable: RETRIED_BY_OTLP,
  };
}

function requestOf(spans: readonly unknown[]): object {
  const resource = { attributes: attributesOf({ 'service.name': 'lab' }) };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'lab' }, spans }] }] };
}

function withByteIds(request: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(request), (field, value: unknown) =>
    /^(?:trace|span|parentSpan)Id$/.test(field) && typeof value === 'string'
      ? Buffer.from(value, 'hex')
      : value,
  );
}

function claudeCodeLogs(): readonly object[] {
  const record = (index: number, name: string, values: Values): object => ({
    timeUnixNano: `${NOON + index}000000`,
    body: { stringValue: `claude_code.${name}` },
    attributes: attributesOf({
      'session.id': 's1',
      'event.name': name,
      'event.sequence': index,
      'prompt.id': `p${index >> 2}`,
      ...values,
    }),
  });
  return Array.from({ length: 6 }, (_, turn) => [
    record(turn * 4, 'user_prompt', { prompt: `ask ${turn}` }),
    record(turn * 4 + 1, 'api_request', {
      model: 'claude-sonnet-4-5',
      input_tokens: 120 + turn,
      output_tokens: 40,
      request_id: `req_${turn}`,
    }),
    record(turn * 4 + 2, 'tool_decision', { tool_name: 'Bash', tool_use_id: `t${turn}` }),
    record(turn * 4 + 3, 'tool_result', { tool_name: 'Bash', tool_use_id: `t${turn}` }),
  ]).flat();
}

function claudeCodeHooks(): readonly object[] {
  const hook = (turn: number, name: string, more: object): object => ({
    session_id: 's1',
    prompt_id: `p${turn}`,
    hook_event_name: name,
    ...more,
  });
  return Array.from({ length: 4 }, (_, turn) => {
    const tool = { tool_name: 'Bash', tool_use_id: `t${turn}` };
    return [
      hook(turn, 'UserPromptSubmit', { prompt: `ask ${turn}` }),
      hook(turn, 'PreToolUse', { ...tool, tool_input: { command: 'ls' } }),
      hook(turn, 'PostToolUse', { ...tool, tool_response: 'a.ts' }),
      hook(turn, 'Stop', { last_assistant_message: `answer ${turn}` }),
    ];
  }).flat();
}

function codexLines(): readonly unknown[] {
  const file = new URL('../codex/testing/fixtures/codex-exec.jsonl', import.meta.url);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line): unknown => JSON.parse(line));
}

type Values = Readonly<Record<string, string | number>>;

function attributesOf(values: Values): readonly object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
  }));
}

function inOne(wrap: (items: readonly unknown[]) => object): ReceivedWire['bodiesOf'] {
  return (items) => [{ query: '', body: toBuffer(wrap(items)) }];
}

function toBuffer(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
