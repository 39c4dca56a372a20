import { hash } from 'node:crypto';

import type { Random } from '#lab/agentserver/random.ts';

/** An artificial service instrumented with OpenTelemetry GenAI: runs of an agent, as an exporter sends them. */

const SERVICE = 'lab-weather-bot';
const AGENTS = ['weather-agent', 'trip-planner', 'packer'] as const;
const MODELS = [
  { provider: 'openai', model: 'gpt-5' },
  { provider: 'anthropic', model: 'claude-sonnet-4-5' },
] as const;
const TOOLS = ['getWeather', 'searchTrains', 'readCalendar'] as const;
const ASKED = ['Weather in Paris?', 'Which train is the fastest?', 'What do I pack?'] as const;
const CONVERSATIONS = 5;
const NANOS_PER_MS = 1_000_000n;

type Value = string | number;
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly object[];
  readonly status: { readonly code: number; readonly message?: string };
}

export interface OtlpStory {
  /** The spans of one run of an agent that ended now. */
  nextRun(now: number): readonly Span[];
}

export function createOtlpStory(random: Random, seed: number): OtlpStory {
  let ids = 0;
  const nextId = (digits: number): string => {
    ids += 1;
    return hash('sha256', `${seed}:${ids}`, 'hex').slice(0, digits);
  };

  function nextRun(now: number): readonly Span[] {
    const traceId = nextId(32);
    const rootId = nextId(16);
    const agent = random.pick(AGENTS);
    const { provider, model } = random.pick(MODELS);
    const asked = random.pick(ASKED);
    const conversation = `conv_${random.int(1, CONVERSATIONS)}`;
    const shared = { 'gen_ai.conversation.id': conversation };
    const callMs = random.int(300, 4000);
    const toolMs = random.int(10, 500);
    const isFailed = random.chance(0.05);
    const status = isFailed ? { code: 2, message: 'Rate limit reached' } : { code: 0 };
    const span = (name: string, more: SpanParts): Span => ({
      traceId,
      name,
      kind: more.isCall === true ? 3 : 1,
      startTimeUnixNano: nanos(now - more.from),
      endTimeUnixNano: nanos(now - more.to),
      spanId: more.spanId ?? nextId(16),
      ...(more.spanId === rootId ? {} : { parentSpanId: rootId }),
      attributes: attributesOf({ ...shared, ...more.attributes }),
      status: more.isCall === true || more.spanId === rootId ? status : { code: 0 },
    });
    const spans = [
      span(`chat ${model}`, {
        from: callMs + toolMs,
        to: toolMs,
        isCall: true,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': provider,
          'gen_ai.request.model': model,
          'gen_ai.input.messages': JSON.stringify([
            { role: 'user', parts: [{ type: 'text', content: asked }] },
          ]),
          ...(isFailed ? {} : usageOf(random)),
        },
      }),
    ];
    if (!isFailed) {
      const tool = random.pick(TOOLS);
      spans.push(
        span(`execute_tool ${tool}`, {
          from: toolMs,
          to: 0,
          attributes: {
            'gen_ai.operation.name': 'execute_tool',
            'gen_ai.tool.name': tool,
            'gen_ai.tool.call.id': `call_${nextId(8)}`,
            'gen_ai.tool.call.arguments': JSON.stringify({ asked }),
          },
        }),
      );
    }
    spans.push(
      span(`invoke_agent ${agent}`, {
        from: callMs + toolMs,
        to: 0,
        spanId: rootId,
        attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': agent },
      }),
    );
    return spans;
  }

  return { nextRun };
}

interface SpanParts {
  /** Milliseconds before now. */
  readonly from: number;
  readonly to: number;
  readonly spanId?: string;
  readonly isCall?: boolean;
  readonly attributes: Readonly<Record<string, Value>>;
}

/** An export request in OTLP/JSON. */
export function toTraceRequest(spans: readonly Span[]): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': SERVICE }) },
        scopeSpans: [{ scope: { name: 'lab' }, spans }],
      },
    ],
  };
}

function usageOf(random: Random): Record<string, Value> {
  const input = random.int(200, 6000);
  return {
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.output_tokens': random.int(20, 800),
    'gen_ai.usage.cache_read.input_tokens': random.int(0, input),
  };
}

function attributesOf(values: Readonly<Record<string, Value>>): readonly object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
}

function nanos(epochMs: number): string {
  return String(BigInt(Math.round(epochMs)) * NANOS_PER_MS);
}
