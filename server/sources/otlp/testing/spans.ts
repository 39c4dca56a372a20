/** Spans for tests, in OTLP/JSON. */

export const TRACE_ID = 'aabbccddeeff00112233445566778899';
const START = 1_795_228_149_535_000_000n;

export type Value = string | number | boolean;
export type Values = Readonly<Record<string, Value>>;

export function attributesOf(values: Values): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyOf(value) }));
}

function anyOf(value: Value): object {
  if (typeof value === 'string') return { stringValue: value };
  return typeof value === 'boolean' ? { boolValue: value } : { intValue: value };
}

/** @param id one or two hex digits */
export function span(id: string, values: Values, more: object = {}): object {
  return {
    traceId: TRACE_ID,
    spanId: spanId(id),
    name: `span ${id}`,
    startTimeUnixNano: String(START),
    endTimeUnixNano: String(START + 2_000_000n),
    attributes: attributesOf(values),
    ...more,
  };
}

export function spanId(id: string): string {
  return id.padStart(16, '0');
}

export function under(id: string): object {
  return { parentSpanId: spanId(id) };
}

export function chat(id: string, values: Values = {}, more: object = {}): object {
  return span(
    id,
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 10,
      ...values,
    },
    more,
  );
}

export function agent(id: string, name: string, values: Values = {}, more: object = {}): object {
  const operation = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': name };
  return span(id, { ...operation, ...values }, more);
}

export function tracesOf(spans: readonly unknown[], service = 'desk'): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': service }) },
        scopeSpans: [{ scope: { name: 'test' }, spans }],
      },
    ],
  };
}
