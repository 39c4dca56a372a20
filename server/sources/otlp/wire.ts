/** An OTLP request in the shape of its JSON, read leniently: unknown fields are nothing, absent ones are empty. */

import { isRecord } from '#organism/record.ts';

import { clip } from '../drafts.ts';
import { asList, asRecord, filled } from '../plain-values.ts';

export type Attributes = ReadonlyMap<string, unknown>;

export interface OtlpSpan {
  readonly resource: Attributes;
  readonly scope: string;
  /** Lower-case hex. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  /** As numbered by the protocol; 0 where none is said. */
  readonly kind: number;
  readonly name: string;
  /** Epoch milliseconds with fractions. */
  readonly startAt: number;
  readonly endAt: number;
  readonly attributes: Attributes;
  readonly isError: boolean;
  readonly statusMessage: string;
  readonly events: readonly OtlpSpanEvent[];
}

interface OtlpSpanEvent {
  readonly name: string;
  readonly at: number;
  readonly attributes: Attributes;
}

export interface OtlpLog {
  readonly resource: Attributes;
  readonly scope: string;
  readonly at: number;
  /** Of the field `eventName`, the attribute `event.name` or a textual body, in that order. */
  readonly eventName: string;
  readonly body: unknown;
  readonly attributes: Attributes;
  readonly traceId: string | null;
  readonly spanId: string | null;
}

export interface OtlpPoint {
  readonly resource: Attributes;
  readonly scope: string;
  readonly name: string;
  readonly unit: string;
  readonly startAt: number | null;
  readonly at: number;
  /** Null: a gap, or a histogram that is not summed up. */
  readonly value: number | null;
  readonly isDelta: boolean;
  readonly attributes: Attributes;
}

/** What could be read of a list, and what could not. */
export interface Read<T> {
  readonly items: readonly T[];
  readonly unreadable: readonly string[];
}

const MAX_VALUE_DEPTH = 64;
const STATUS_OK = 1;
const STATUS_ERROR = 2;
const EXCEPTION = 'exception';
const DELTA = 1;
const HEX = /^[0-9a-f]+$/i;
/** Ids of 16 and of 8 bytes, as JSON of protobuf has bytes; OTLP's own JSON has them in hex. */
const BASE64_ID = /^(?:[A-Za-z0-9+/_-]{22}(?:==)?|[A-Za-z0-9+/_-]{11}=?)$/;

/** Enums are numbers; writers of protobuf's own JSON give their names. */
const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'] as const;
const TEMPORALITIES = [
  'AGGREGATION_TEMPORALITY_UNSPECIFIED',
  'AGGREGATION_TEMPORALITY_DELTA',
  'AGGREGATION_TEMPORALITY_CUMULATIVE',
] as const;
const SPAN_KINDS = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
] as const;

export function readSpans(request: unknown): Read<OtlpSpan> {
  const items: OtlpSpan[] = [];
  const unreadable: string[] = [];
  eachRecord(request, ['resourceSpans', 'scopeSpans', 'spans'], (resource, scope, raw) => {
    const span = readSpan(resource, scope, raw);
    if (span === null) unreadable.push('span: traceId, spanId and startTimeUnixNano are required');
    else items.push(span);
  });
  return { items, unreadable };
}

export function readLogs(request: unknown): Read<OtlpLog> {
  const items: OtlpLog[] = [];
  const unreadable: string[] = [];
  eachRecord(request, ['resourceLogs', 'scopeLogs', 'logRecords'], (resource, scope, raw) => {
    const at = instantOf(raw['timeUnixNano']) ?? instantOf(raw['observedTimeUnixNano']);
    if (at === null) {
      unreadable.push('log record: timeUnixNano or observedTimeUnixNano is required');
      return;
    }
    const attributes = attributesOf(raw['attributes']);
    const body = anyValue(raw['body'], 0);
    items.push({
      resource,
      scope,
      at,
      eventName:
        filled(raw['eventName']) ?? filled(attributes.get('event.name')) ?? filled(body) ?? '',
      body,
      attributes,
      traceId: idOf(raw['traceId']),
      spanId: idOf(raw['spanId']),
    });
  });
  return { items, unreadable };
}

export function readPoints(request: unknown): Read<OtlpPoint> {
  const items: OtlpPoint[] = [];
  const unreadable: string[] = [];
  eachRecord(request, ['resourceMetrics', 'scopeMetrics', 'metrics'], (resource, scope, raw) => {
    const data = asRecord(
      raw['sum'] ?? raw['gauge'] ?? raw['histogram'] ?? raw['exponentialHistogram'],
    );
    for (const point of asList(data['dataPoints']).map(asRecord)) {
      const at = instantOf(point['timeUnixNano']);
      const value = numberOf(point['asInt'] ?? point['asDouble'] ?? point['sum']);
      if (at === null) {
        unreadable.push('data point: timeUnixNano is required');
        continue;
      }
      items.push({
        resource,
        scope,
        name: filled(raw['name']) ?? '',
        unit: filled(raw['unit']) ?? '',
        startAt: instantOf(point['startTimeUnixNano']),
        at,
        value,
        isDelta: enumOf(data['aggregationTemporality'], TEMPORALITIES) === DELTA,
        attributes: attributesOf(point['attributes']),
      });
    }
  });
  return { items, unreadable };
}

function readSpan(
  resource: Attributes,
  scope: string,
  raw: Readonly<Record<string, unknown>>,
): OtlpSpan | null {
  const traceId = idOf(raw['traceId']);
  const spanId = idOf(raw['spanId']);
  const startAt = instantOf(raw['startTimeUnixNano']);
  if (traceId === null || spanId === null || startAt === null) return null;
  const status = asRecord(raw['status']);
  const code = enumOf(status['code'], STATUS_CODES) ?? 0;
  const attributes = attributesOf(raw['attributes']);
  const events = asList(raw['events'])
    .map(asRecord)
    .map((event) => ({
      name: filled(event['name']) ?? '',
      at: instantOf(event['timeUnixNano']) ?? startAt,
      attributes: attributesOf(event['attributes']),
    }));
  const saysError = attributes.has('error.type') || events.some(({ name }) => name === EXCEPTION);
  return {
    resource,
    scope,
    traceId,
    spanId,
    parentSpanId: idOf(raw['parentSpanId']),
    kind: enumOf(raw['kind'], SPAN_KINDS) ?? 0,
    name: filled(raw['name']) ?? '',
    startAt,
    endAt: instantOf(raw['endTimeUnixNano']) ?? startAt,
    attributes,
    // Some emitters set no status.
    isError: code === STATUS_ERROR || (code !== STATUS_OK && saysError),
    statusMessage: filled(status['message']) ?? '',
    events,
  };
}

function eachRecord(
  request: unknown,
  [resources, scopes, records]: readonly [string, string, string],
  visit: (resource: Attributes, scope: string, raw: Readonly<Record<string, unknown>>) => void,
): void {
  for (const ofResource of asList(camelCased(request)[resources]).map(asRecord)) {
    const resource = attributesOf(asRecord(ofResource['resource'])['attributes']);
    for (const ofScope of asList(ofResource[scopes]).map(asRecord)) {
      const scope = filled(asRecord(ofScope['scope'])['name']) ?? '';
      for (const raw of asList(ofScope[records])) visit(resource, scope, asRecord(raw));
    }
  }
}

function attributesOf(raw: unknown): Attributes {
  const attributes = new Map<string, unknown>();
  for (const pair of asList(raw).map(asRecord)) {
    const key = filled(pair['key']);
    if (key !== null) attributes.set(key, anyValue(pair['value'], 0));
  }
  return attributes;
}

/** The protocol's names are in camelCase; writers of protobuf's own JSON may keep those of the schema. */
function camelCased(request: unknown): Readonly<Record<string, unknown>> {
  const record = asRecord(request);
  return Object.keys(record).some((name) => name.includes('_'))
    ? asRecord(withCamel(record))
    : record;
}

function withCamel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withCamel);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      withCamel(inner),
    ]),
  );
}

/** Whole numbers come as text or as numbers; bytes as they are written in JSON, in base64. */
function anyValue(raw: unknown, depth: number): unknown {
  if (depth > MAX_VALUE_DEPTH) return null;
  for (const [kind, value] of Object.entries(asRecord(raw))) {
    switch (kind) {
      case 'stringValue':
      case 'boolValue':
      case 'doubleValue':
        return value;
      case 'intValue':
        return intOf(value);
      case 'arrayValue':
        return asList(asRecord(value)['values']).map((item) => anyValue(item, depth + 1));
      case 'kvlistValue':
        return kvlist(value, depth);
      case 'bytesValue':
        return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
    }
  }
  return null;
}

function kvlist(raw: unknown, depth: number): Record<string, unknown> {
  const pairs = asList(asRecord(raw)['values']).map(asRecord);
  return Object.fromEntries(
    pairs.map((pair) => [filled(pair['key']) ?? '', anyValue(pair['value'], depth + 1)]),
  );
}

function idOf(raw: unknown): string | null {
  const text = hexOf(raw).toLowerCase();
  return HEX.test(text) && /[1-9a-f]/.test(text) ? text : null;
}

function hexOf(raw: unknown): string {
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString('hex');
  const text = filled(raw) ?? '';
  const isBase64 = !HEX.test(text) && BASE64_ID.test(text);
  return isBase64 ? Buffer.from(text, 'base64').toString('hex') : text;
}

/** Beyond what a number holds exactly the digits stay. */
function intOf(raw: unknown): unknown {
  const value = numberOf(raw);
  return value !== null && (Number.isSafeInteger(value) || typeof raw === 'number') ? value : raw;
}

function enumOf(raw: unknown, names: readonly string[]): number | null {
  const place = typeof raw === 'string' ? names.indexOf(raw) : -1;
  return place >= 0 ? place : numberOf(raw);
}

/** Nanoseconds, as text or number, to milliseconds that keep the microseconds. */
function instantOf(raw: unknown): number | null {
  const digits = typeof raw === 'number' ? String(Math.trunc(raw)) : raw;
  if (typeof digits !== 'string' || !/^\d{1,19}$/.test(digits) || digits === '0') return null;
  const micros = digits.length > 3 ? Number(digits.slice(0, -3)) : 0;
  return micros / 1000;
}

export function numberOf(raw: unknown): number | null {
  const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** One service is one organism. */
export function serviceOf(resource: Attributes): string {
  return clip(filled(resource.get('service.name')) ?? 'unknown_service');
}

/** In the order in which each service is first mentioned. */
export function byService<T>(
  items: readonly T[],
  resourceOf: (item: T) => Attributes,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const service = serviceOf(resourceOf(item));
    const own = groups.get(service);
    if (own === undefined) groups.set(service, [item]);
    else own.push(item);
  }
  return groups;
}

/** A text or number in words; null for anything else. */
export function spelt(raw: unknown): string | null {
  return typeof raw === 'number' ? String(raw) : filled(raw);
}
