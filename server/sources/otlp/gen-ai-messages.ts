import { asList, asRecord } from '../plain-values.ts';
import type { Attributes, OtlpSpan } from './wire.ts';

/**
 * What was asked and answered, in any of the ways it is exported: `gen_ai.input.messages` and its
 * like as JSON in text on spans and as structure on log records, events of older conventions, the
 * Vercel AI SDK's own attributes, or one attribute for each part of each message.
 */

const USER_ROLES: ReadonlySet<unknown> = new Set(['user', 'human']);

/** A text that holds JSON becomes what it holds; anything else stays. Null: there is nothing. */
export function parsed(value: unknown): unknown {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') return value;
  const first = value.trimStart().slice(0, 1);
  if (first !== '[' && first !== '{') return value;
  try {
    const json: unknown = JSON.parse(value);
    return json;
  } catch {
    return value;
  }
}

/** The last turn of the input, when a person spoke: all before it is history told again. */
export function newTurn(value: unknown): unknown {
  const messages = parsed(value);
  if (!Array.isArray(messages)) return null;
  const last: unknown = messages.at(-1);
  // LangChain has lists of lists, for models that are asked in batches.
  if (Array.isArray(last)) return newTurn(last);
  const { role, type, kwargs, parts } = asRecord(last);
  const isPerson = [role, type, asRecord(kwargs)['type']].some((each) => USER_ROLES.has(each));
  // Gemini has what a tool gave back as something that the user said.
  const isGivenBack = asList(parts).some((part) => 'function_response' in asRecord(part));
  return isPerson && !isGivenBack ? last : null;
}

/** Pydantic AI's first formats: the whole conversation as events in one attribute. */
function eventsIn(attributes: Attributes): readonly Record<string, unknown>[] {
  return asList(parsed(attributes.get('events'))).map((event) => ({ ...asRecord(event) }));
}

function answerOfEvents(attributes: Attributes): unknown {
  const choice = eventsIn(attributes).findLast((event) => event['event.name'] === 'gen_ai.choice');
  return choice?.['message'] ?? null;
}

/** Nothing of what an emitter puts there when content is not to be told. */
function fieldIn(value: unknown, field: string): unknown {
  return asRecord(parsed(value))[field] ?? null;
}

type Said = Pick<OtlpSpan, 'attributes' | 'events'>;

/** What a call was asked that is new; null: nothing, or it is not exported. */
export function askedIn({ attributes, events }: Said): unknown {
  return (
    newTurn(attributes.get('gen_ai.input.messages')) ??
    newTurn(attributes.get('ai.prompt.messages')) ??
    newTurn(flattened(attributes, 'llm.input_messages.')) ??
    newTurn(flattened(attributes, 'gen_ai.prompt.')) ??
    newTurn(fieldIn(attributes.get('gcp.vertex.agent.llm_request'), 'contents')) ??
    newTurn(fieldIn(attributes.get('gen_ai.prompt'), 'messages')) ??
    newTurn(eventsIn(attributes).filter((event) => event['event.name'] !== 'gen_ai.choice')) ??
    newTurn(eventValue(events, 'gen_ai.content.prompt', 'gen_ai.prompt'))
  );
}

export function answeredIn({ attributes, events }: Said): unknown {
  return (
    parsed(attributes.get('gen_ai.output.messages')) ??
    flattened(attributes, 'llm.output_messages.') ??
    flattened(attributes, 'gen_ai.completion.') ??
    answerOfAiSdk(attributes) ??
    fieldIn(attributes.get('gcp.vertex.agent.llm_response'), 'content') ??
    parsed(attributes.get('gen_ai.completion')) ??
    answerOfEvents(attributes) ??
    parsed(eventValue(events, 'gen_ai.content.completion', 'gen_ai.completion'))
  );
}

function answerOfAiSdk(attributes: Attributes): unknown {
  const text = parsed(attributes.get('ai.response.text') ?? attributes.get('ai.response.object'));
  const toolCalls = parsed(attributes.get('ai.response.toolCalls'));
  if (toolCalls === null) return text;
  return { ...(text === null ? {} : { text }), toolCalls };
}

function eventValue(events: OtlpSpan['events'], name: string, attribute: string): unknown {
  return events.find((event) => event.name === name)?.attributes.get(attribute);
}

/** OpenInference says `message` once more in each name: `llm.input_messages.0.message.role`. */
const PLACE = /^(\d{1,4})\.(?:message\.)?(.+)$/;

function flattened(attributes: Attributes, prefix: string): unknown {
  const messages = new Map<number, Record<string, unknown>>();
  for (const [name, value] of attributes) {
    if (!name.startsWith(prefix)) continue;
    const [, place, field = ''] = PLACE.exec(name.slice(prefix.length)) ?? [];
    if (place === undefined) continue;
    const message = messages.get(Number(place)) ?? {};
    messages.set(Number(place), { ...message, [field]: parsed(value) });
  }
  if (messages.size === 0) return null;
  return [...messages].toSorted(([a], [b]) => a - b).map(([, message]) => message);
}
