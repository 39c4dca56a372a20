import type { EventDraft } from '#organism/event.ts';
import { parseBounded } from '#server/ingest/limits.ts';

import { USER, clip } from '../drafts.ts';
import { asRecord, filled, jsonOrText } from '../plain-values.ts';
import type { AnswerItem, ResponseEvent } from './answer-wire.ts';
import { chunkSchema, responseEventSchema } from './answer-wire.ts';
import type { Cast } from './cast.ts';
import type { RunContext, RunFacts } from './run-context.ts';
import { createRunContext } from './run-context.ts';
import type { RunEnd } from './run-end.ts';
import { endDrafts, unknownEndDrafts } from './run-end.ts';
import type { RunReader } from './run-reader.ts';
import { MAX_EVENT_BYTES, questionOf, refused } from './run-reader.ts';
import { createTextGroup } from './text-group.ts';

/** What a program that speaks OpenAI's words may ask a Hermes server in. */
export type AnswerForm = 'chat' | 'responses';

const DONE = '[DONE]';
const PROGRESS = 'hermes.tool.progress';

/** Reads the stream of an answer as that of a run: the same drafts, with more of the tools. */
export function createAnswerReader(form: AnswerForm, facts: RunFacts, cast: Cast): RunReader {
  let place = 0;
  let lastAt = 0;
  let isOver = false;
  let lastText = '';
  let hasSaid = false;
  const said = createTextGroup();
  const told = new Set<string>();
  const tools = new Map<string, string>();
  const run = createRunContext(facts, cast, () => place);

  function flush(): EventDraft[] {
    const taken = said.take();
    if (taken === null) return [];
    hasSaid = true;
    lastText = taken.text;
    const { text, at } = taken;
    const ends = { from: facts.agent, to: USER, payloadType: 'text', payload: { text } };
    return [run.message('text', at, ends)];
  }

  function say(delta: string): EventDraft[] {
    said.add(delta, lastAt);
    return said.isFull ? flush() : [];
  }

  function end(event: RunEnd): EventDraft[] {
    if (isOver) return [];
    isOver = true;
    return [...flush(), ...endDrafts(run, event, { at: lastAt, lastText, hasSaid, isBusy: false })];
  }

  /** Told while it is under way and once more when it is done: once is enough. */
  function once(id: string, made: () => EventDraft[]): EventDraft[] {
    if (told.has(id)) return [];
    told.add(id);
    return [...flush(), ...made()];
  }

  function readChunk(value: unknown, event: string | null): EventDraft[] {
    const chunk = chunkSchema.parse(value);
    if (chunk.error != null) return end({ event: 'run.failed', error: chunk.error.message ?? '' });
    if (event === PROGRESS || (chunk.choices.length === 0 && chunk.tool != null)) {
      const { tool, label, toolCallId: id, status } = chunk;
      if (status === 'completed') return [];
      const payload = { tool, preview: label ?? null, ...(id == null ? {} : { id }) };
      const call = { tool: clip(tool ?? 'tool'), id: id ?? '', payload };
      return once(id ?? `progress ${place}`, () => callDrafts(run, lastAt, call));
    }
    const drafts = chunk.choices.flatMap(({ delta }) => say(delta?.content ?? ''));
    const reason = chunk.choices.find(({ finish_reason: why }) => why != null)?.finish_reason;
    if (reason == null) return drafts;
    const { usage } = chunk;
    const last =
      reason === 'error'
        ? end({
            event: 'run.failed',
            error: 'the answer ended with an error',
            usage: inWords(usage),
          })
        : end({ event: 'run.completed', usage: inWords(usage), output: hasSaid ? lastText : '' });
    return [...drafts, ...last];
  }

  function readResponse(value: unknown): EventDraft[] {
    const event = responseEventSchema.parse(value);
    const { type, item, response } = event;
    switch (type) {
      case 'response.output_text.delta':
        return say(event.delta ?? '');
      case 'response.output_item.added':
      case 'response.output_item.done':
        return item == null ? [] : itemDrafts(item);
      case 'response.completed':
      case 'response.failed':
      case 'response.incomplete': {
        const rest = (response?.output ?? []).flatMap((each) => itemDrafts(each));
        return [...rest, ...end(endOf(event))];
      }
      default:
        return KNOWN.test(type) ? [] : [unknown(`hermes.${type}`, value)];
    }
  }

  function itemDrafts(item: AnswerItem): EventDraft[] {
    const id = item.call_id ?? '';
    if (item.type === 'function_call') {
      const tool = clip(item.name ?? 'tool');
      tools.set(id, tool);
      const payload = {
        tool,
        id,
        arguments: item.arguments == null ? null : jsonOrText(item.arguments),
      };
      return once(`call ${id}`, () => callDrafts(run, lastAt, { tool, id, payload }));
    }
    if (item.type !== 'function_call_output') return [];
    return once(`result ${id}`, () => {
      const from = tools.get(id) ?? 'tool';
      const payload = { tool: from, id, output: item.output ?? null };
      const ends = { from, to: facts.agent, payloadType: 'tool_result', payload };
      return [run.message(`result:${id}`, lastAt, ends), run.state('processing', lastAt)];
    });
  }

  function unknown(name: string, payload: unknown): EventDraft {
    return { type: 'raw', key: run.key('raw'), occurredAt: lastAt, name: clip(name), payload };
  }

  return {
    get isOver() {
      return isOver;
    },
    approval: null,
    childSessions: [],
    begin(input, at) {
      lastAt = at;
      const payload = { text: questionOf(input) };
      return [
        ...cast.agent(facts.agent, at),
        ...cast.thread(facts.sessionId, at),
        run.thread('active', at),
        run.message('input', at, { from: USER, to: facts.agent, payloadType: 'text', payload }),
        run.state('processing', at),
      ];
    },
    read(text, { event, at }) {
      place += 1;
      lastAt = at;
      if (text === DONE) return { drafts: end({ event: 'run.completed' }), rejects: [] };
      const source = `answer ${facts.runId}`;
      const parsed = parseBounded(text, { source, maxBytes: MAX_EVENT_BYTES });
      if (!parsed.ok) return refused(parsed.reason, parsed.detail, text);
      const schema = form === 'chat' ? chunkSchema : responseEventSchema;
      if (!schema.safeParse(parsed.value).success) {
        return refused('invalid-event', `${source}: expected an event of ${form}`, text);
      }
      const read = form === 'chat' ? readChunk : readResponse;
      return { drafts: read(parsed.value, event), rejects: [] };
    },
    observe: () => [],
    abandon(reason, at, status) {
      place += 1;
      lastAt = at;
      if (status?.status === 'cancelled') {
        return { drafts: end({ event: 'run.cancelled' }), rejects: [] };
      }
      isOver = true;
      const last = unknownEndDrafts(run, reason, { at, since: lastAt, isBusy: false });
      return { drafts: [...flush(), ...last], rejects: [] };
    },
  };
}

/** Events of a response that say nothing more than those read. */
const KNOWN =
  /^response\.(?:created|in_progress|queued|output_text\.done|content_part\.\w+|function_call_arguments\.\w+)$/;

function endOf({ type, response }: ResponseEvent): RunEnd {
  const usage = response?.usage ?? null;
  if (type !== 'response.failed')
    return { event: 'run.completed', usage, output: textIn(response) };
  return { event: 'run.failed', usage, error: response?.error?.message ?? 'the response failed' };
}

/** The text of the reply as the last event repeats it. */
function textIn(response: ResponseEvent['response']): string {
  const replies = (response?.output ?? []).filter(({ type }) => type === 'message');
  return replies
    .flatMap(({ content }) => (Array.isArray(content) ? content : []))
    .map((part: unknown) => filled(asRecord(part)['text']) ?? '')
    .join('');
}

function callDrafts(
  run: RunContext,
  at: number,
  { tool, id, payload }: { tool: string; id: string; payload: object },
): EventDraft[] {
  const ends = { from: run.facts.agent, to: tool, payloadType: 'tool_call', payload };
  return [
    ...run.cast.agent(tool, at, { isAgent: false }),
    run.message(`call:${id}`, at, ends),
    run.state('processing', at, tool),
  ];
}

/** A chat's counters by the names that runs have for them. */
function inWords(usage: Readonly<Record<string, unknown>> | null | undefined) {
  if (usage == null) return null;
  return { input_tokens: usage['prompt_tokens'], output_tokens: usage['completion_tokens'] };
}
