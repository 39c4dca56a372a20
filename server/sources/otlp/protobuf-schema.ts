import protobuf from 'protobufjs/light.js';

/**
 * The messages of opentelemetry-proto 1.11 that we read, as field numbers. Names are those of
 * OTLP/JSON, so that both encodings are read by the same code. What is not listed is skipped.
 */

type Field = { id: number; type: string; rule?: 'repeated' };
const one = (id: number, type: string): Field => ({ id, type });
const many = (id: number, type: string): Field => ({ id, type, rule: 'repeated' });
const message = (fields: Record<string, Field>) => ({ fields });
const attributes = (id: number) => many(id, 'KeyValue');

const root = protobuf.Root.fromJSON({
  nested: {
    AnyValue: message({
      stringValue: one(1, 'string'),
      boolValue: one(2, 'bool'),
      intValue: one(3, 'int64'),
      doubleValue: one(4, 'double'),
      arrayValue: one(5, 'ArrayValue'),
      kvlistValue: one(6, 'KeyValueList'),
      bytesValue: one(7, 'bytes'),
    }),
    ArrayValue: message({ values: many(1, 'AnyValue') }),
    KeyValueList: message({ values: many(1, 'KeyValue') }),
    KeyValue: message({ key: one(1, 'string'), value: one(2, 'AnyValue') }),
    Resource: message({ attributes: attributes(1) }),
    Scope: message({ name: one(1, 'string'), version: one(2, 'string') }),

    TraceRequest: message({ resourceSpans: many(1, 'ResourceSpans') }),
    ResourceSpans: message({ resource: one(1, 'Resource'), scopeSpans: many(2, 'ScopeSpans') }),
    ScopeSpans: message({ scope: one(1, 'Scope'), spans: many(2, 'Span') }),
    Span: message({
      traceId: one(1, 'bytes'),
      spanId: one(2, 'bytes'),
      parentSpanId: one(4, 'bytes'),
      name: one(5, 'string'),
      kind: one(6, 'int32'),
      startTimeUnixNano: one(7, 'fixed64'),
      endTimeUnixNano: one(8, 'fixed64'),
      attributes: attributes(9),
      events: many(11, 'SpanEvent'),
      status: one(15, 'Status'),
    }),
    SpanEvent: message({
      timeUnixNano: one(1, 'fixed64'),
      name: one(2, 'string'),
      attributes: attributes(3),
    }),
    Status: message({ message: one(2, 'string'), code: one(3, 'int32') }),

    LogsRequest: message({ resourceLogs: many(1, 'ResourceLogs') }),
    ResourceLogs: message({ resource: one(1, 'Resource'), scopeLogs: many(2, 'ScopeLogs') }),
    ScopeLogs: message({ scope: one(1, 'Scope'), logRecords: many(2, 'LogRecord') }),
    LogRecord: message({
      timeUnixNano: one(1, 'fixed64'),
      severityNumber: one(2, 'int32'),
      body: one(5, 'AnyValue'),
      attributes: attributes(6),
      traceId: one(9, 'bytes'),
      spanId: one(10, 'bytes'),
      observedTimeUnixNano: one(11, 'fixed64'),
      eventName: one(12, 'string'),
    }),

    MetricsRequest: message({ resourceMetrics: many(1, 'ResourceMetrics') }),
    ResourceMetrics: message({
      resource: one(1, 'Resource'),
      scopeMetrics: many(2, 'ScopeMetrics'),
    }),
    ScopeMetrics: message({ scope: one(1, 'Scope'), metrics: many(2, 'Metric') }),
    Metric: message({
      name: one(1, 'string'),
      unit: one(3, 'string'),
      gauge: one(5, 'Points'),
      sum: one(7, 'Points'),
      histogram: one(9, 'Histogram'),
      exponentialHistogram: one(10, 'ExponentialHistogram'),
    }),
    Points: message({
      dataPoints: many(1, 'NumberPoint'),
      aggregationTemporality: one(2, 'int32'),
    }),
    Histogram: message({
      dataPoints: many(1, 'HistogramPoint'),
      aggregationTemporality: one(2, 'int32'),
    }),
    ExponentialHistogram: message({
      dataPoints: many(1, 'ExponentialPoint'),
      aggregationTemporality: one(2, 'int32'),
    }),
    ExponentialPoint: message({
      attributes: attributes(1),
      startTimeUnixNano: one(2, 'fixed64'),
      timeUnixNano: one(3, 'fixed64'),
      count: one(4, 'fixed64'),
      sum: one(5, 'double'),
    }),
    NumberPoint: message({
      startTimeUnixNano: one(2, 'fixed64'),
      timeUnixNano: one(3, 'fixed64'),
      asDouble: one(4, 'double'),
      asInt: one(6, 'sfixed64'),
      attributes: attributes(7),
    }),
    HistogramPoint: message({
      startTimeUnixNano: one(2, 'fixed64'),
      timeUnixNano: one(3, 'fixed64'),
      count: one(4, 'fixed64'),
      sum: one(5, 'double'),
      attributes: attributes(9),
    }),

    /** google.rpc.Status: what a refusal is said in. */
    Failure: message({ code: one(1, 'int32'), message: one(2, 'string') }),
    PartialSuccess: message({ rejected: one(1, 'int64'), errorMessage: one(2, 'string') }),
    Response: message({ partialSuccess: one(1, 'PartialSuccess') }),
  },
});

export type OtlpSignal = 'traces' | 'logs' | 'metrics';

const REQUESTS = {
  traces: root.lookupType('TraceRequest'),
  logs: root.lookupType('LogsRequest'),
  metrics: root.lookupType('MetricsRequest'),
};
const FAILURE = root.lookupType('Failure');
const RESPONSE = root.lookupType('Response');

/**
 * Reads a request into the shape of OTLP/JSON; ids stay bytes, 64-bit numbers become text.
 * @throws Error for what is not such a message
 */
export function decodeRequest(signal: OtlpSignal, body: Uint8Array): unknown {
  const type = REQUESTS[signal];
  return type.toObject(type.decode(body), { longs: String });
}

/** The other way, for what sends requests to us. @param request ids are bytes */
export function encodeRequest(signal: OtlpSignal, request: Record<string, unknown>): Buffer {
  const type = REQUESTS[signal];
  return Buffer.from(type.encode(type.fromObject(request)).finish());
}

export function encodeFailure(message: string): Buffer {
  return Buffer.from(FAILURE.encode({ message }).finish());
}

/** @param rejected 0 with a message is a warning, without one nothing */
export function encodeResponse(rejected: number, errorMessage: string): Buffer {
  const partialSuccess = { rejected, errorMessage };
  const isWhole = rejected === 0 && errorMessage === '';
  return Buffer.from(RESPONSE.encode(isWhole ? {} : { partialSuccess }).finish());
}
