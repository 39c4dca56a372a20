import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeRequest, encodeRequest } from './protobuf-schema.ts';
import { TRACE_ID, attributesOf, chat, span, spanId, tracesOf, under } from './testing/spans.ts';
import { readLogs, readPoints, readSpans } from './wire.ts';

/** The encodings of one request: whatever a writer may choose, the same is read. */

const START = 1_795_228_149_535_000_000n;
const REQUEST = tracesOf([
  chat('1', { 'gen_ai.usage.input_tokens': 7, flag: true }, under('2')),
  span('2', { 'gen_ai.operation.name': 'agent_step' }, { status: { code: 2, message: 'no' } }),
]);

function changed(request: object, change: (field: string, value: unknown) => unknown): unknown {
  return JSON.parse(JSON.stringify(request), change);
}

const isId = (field: string): boolean => /^(?:trace|span|parentSpan)Id$/.test(field);
const spansOf = (request: unknown) => readSpans(request).items;

describe('spans in other spellings', () => {
  const expected = spansOf(REQUEST);

  it('are read at all', () => {
    expect(expected).toMatchObject([
      { traceId: TRACE_ID, spanId: spanId('1'), parentSpanId: spanId('2'), isError: false },
      { parentSpanId: null, isError: true, statusMessage: 'no' },
    ]);
    expect(expected[0]?.attributes.get('gen_ai.usage.input_tokens')).toBe(7);
  });

  it.each<[string, (field: string, value: unknown) => unknown]>([
    ['ids in capitals', (field, value) => (isId(field) ? String(value).toUpperCase() : value)],
    [
      'ids in base64',
      (field, value) =>
        isId(field) ? Buffer.from(String(value), 'hex').toString('base64') : value,
    ],
    ['whole numbers as text', (field, value) => (field === 'intValue' ? String(value) : value)],
    ['times as numbers', (field, value) => (field.endsWith('UnixNano') ? Number(value) : value)],
    ['the code by name', (field, value) => (field === 'code' ? 'STATUS_CODE_ERROR' : value)],
    ['fields nobody knows', (_, value) => (isPlain(value) ? { ...value, novel: [1] } : value)],
    [
      "the schema's own names",
      (_, value) =>
        isPlain(value)
          ? Object.fromEntries(
              Object.entries(value).map(([name, own]) => [
                name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
                own,
              ]),
            )
          : value,
    ],
  ])('%s', (_name, change) => {
    expect(spansOf(changed(REQUEST, change))).toEqual(expected);
  });

  it('in protobuf', () => {
    const binary = changed(REQUEST, (field, value) =>
      isId(field) ? Buffer.from(String(value), 'hex') : value,
    );
    if (!isPlain(binary)) throw new Error('no request');
    expect(spansOf(decodeRequest('traces', encodeRequest('traces', binary)))).toEqual(expected);
  });

  it('null and empty lists are absent ones', () => {
    const bare = { traceId: TRACE_ID, spanId: spanId('1'), startTimeUnixNano: String(START) };
    const empty = { ...bare, attributes: null, events: null, status: null, parentSpanId: '' };
    expect(spansOf(tracesOf([empty]))).toEqual(spansOf(tracesOf([bare])));
    expect(spansOf(tracesOf([{ ...bare, parentSpanId: '0000000000000000' }]))).toEqual(
      spansOf(tracesOf([bare])),
    );
  });

  it.each([
    ['no trace id', { traceId: '' }],
    ['a trace id of zeros', { traceId: '0'.repeat(32) }],
    ['an id that is none', { spanId: 'zz' }],
    ['no start', { startTimeUnixNano: '0' }],
  ])('one with %s is counted as unreadable', (_name, broken) => {
    const { items, unreadable } = readSpans(tracesOf([{ ...chat('1'), ...broken }, chat('2')]));
    expect([items.length, unreadable.length]).toEqual([1, 1]);
  });
});

describe('values of attributes', () => {
  const valueOf = (value: object): unknown =>
    spansOf(tracesOf([{ ...chat('1'), attributes: [{ key: 'x', value }] }]))[0]?.attributes.get(
      'x',
    );

  it.each([
    [{ stringValue: 'a' }, 'a'],
    [{ boolValue: false }, false],
    [{ intValue: '42' }, 42],
    [{ intValue: 42 }, 42],
    [{ intValue: '9223372036854775807' }, '9223372036854775807'],
    [{ doubleValue: 0.5 }, 0.5],
    [{ bytesValue: 'AQI=' }, 'AQI='],
    [{ arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } }, ['a', 1]],
    [{ arrayValue: {} }, []],
    [{ kvlistValue: { values: [{ key: 'a', value: { intValue: '1' } }] } }, { a: 1 }],
    [{}, null],
    [{ novelValue: 1 }, null],
  ])('%j', (value, expected) => {
    expect(valueOf(value)).toEqual(expected);
  });

  it('are read to a bounded depth', () => {
    let value: object = { stringValue: 'deep' };
    for (let depth = 0; depth < 200; depth += 1) value = { arrayValue: { values: [value] } };
    expect(JSON.stringify(valueOf(value))).not.toContain('deep');
  });
});

describe('records and points', () => {
  const log = (more: object): object => ({
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: String(START), ...more }] }] }],
  });
  const nameOf = (more: object): string | undefined => readLogs(log(more)).items[0]?.eventName;

  it('take the name of an event from its field, its attribute or its body, in that order', () => {
    const body = { body: { stringValue: 'c' } };
    const attributes = { attributes: attributesOf({ 'event.name': 'b' }) };
    expect(nameOf({ ...body, ...attributes, eventName: 'a' })).toBe('a');
    expect(nameOf({ ...body, ...attributes })).toBe('b');
    expect(nameOf(body)).toBe('c');
  });

  it('take the time they were observed at where they have none', () => {
    const { items, unreadable } = readLogs(
      log({ timeUnixNano: '0', observedTimeUnixNano: String(START) }),
    );
    expect([items[0]?.at, unreadable]).toEqual([Number(START / 1000n) / 1000, []]);
    expect(readLogs(log({ timeUnixNano: '0' })).unreadable).toHaveLength(1);
  });

  it.each([
    [1, true],
    ['AGGREGATION_TEMPORALITY_DELTA', true],
    [2, false],
    ['AGGREGATION_TEMPORALITY_CUMULATIVE', false],
  ])('say whether a sum is the difference: temporality %s', (aggregationTemporality, isDelta) => {
    const dataPoints = [{ timeUnixNano: String(START), asInt: '7' }];
    const metrics = [{ name: 'n', sum: { aggregationTemporality, dataPoints } }];
    const { items } = readPoints({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
    expect(items).toMatchObject([{ value: 7, isDelta }]);
  });
});

describe('anything at all', () => {
  it('is read without failing, in JSON and in protobuf', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        for (const request of [
          value,
          { resourceSpans: value },
          { resourceSpans: [{ scopeSpans: [{ spans: value }] }] },
          tracesOf([{ ...chat('1'), attributes: value, events: value, status: value }]),
        ]) {
          readSpans(request);
          readLogs(request);
          readPoints(request);
        }
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const signal of ['traces', 'logs', 'metrics'] as const) {
          const failure = failureOf(() => readSpans(decodeRequest(signal, bytes)));
          expect(failure === null || failure instanceof Error).toBe(true);
        }
      }),
    );
  });
});

function failureOf(run: () => unknown): unknown {
  try {
    run();
    return null;
  } catch (error) {
    return error;
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
