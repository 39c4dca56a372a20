import type { EventDraft } from '#organism/event.ts';
import type { Approval } from '#organism/instance-card.ts';
import { parseBounded } from '#server/ingest/limits.ts';

import { USER, clip } from '../drafts.ts';
import type { UnreadableInput } from '../source.ts';
import { approvalOf, askedDrafts, controlDrafts } from './approval-drafts.ts';
import type { Cast } from './cast.ts';
import { createOpenTools } from './open-tools.ts';
import type { RunFacts } from './run-context.ts';
import { createRunContext } from './run-context.ts';
import { endDrafts, unknownEndDrafts, usageDraft } from './run-end.ts';
import { subagentDrafts } from './subagent-drafts.ts';
import { createTextGroup } from './text-group.ts';
import { toolEndDrafts, toolStartDrafts, unfinishedToolDrafts } from './tool-drafts.ts';
import type { RunEvent, RunStatus } from './wire.ts';
import { runEventSchema } from './wire.ts';

export interface RunReading {
  readonly drafts: readonly EventDraft[];
  readonly rejects: readonly UnreadableInput[];
}

/** Turns the events of one run into drafts: a pure function of the events in their order. */
export interface RunReader {
  /** What the run was asked. */
  begin(input: unknown, at: number): EventDraft[];
  /** @param from what stood around it, and when it came */
  read(text: string, from: { readonly event: string | null; readonly at: number }): RunReading;
  /** A run goes on whose stream broke: its status tells what it waits for. */
  observe(status: RunStatus, at: number): EventDraft[];
  /** The stream ended without a terminal event: what is known then, from the status where there is one. */
  abandon(reason: string, at: number, status: RunStatus | null): RunReading;
  readonly isOver: boolean;
  /** What it waits to be allowed; null when it does not. */
  readonly approval: Approval | null;
  /** Sessions of the run's helper agents. */
  readonly childSessions: readonly string[];
}

export const MAX_EVENT_BYTES = 4 * 1024 * 1024;
const MAX_CHILDREN = 1000;
const SAMPLE_CHARS = 200;

/** The keys of a run found open by another start count from here: what that start read is not known. */
const RESUMED_PLACE = 1_000_000_000;

/** @param more.isBusyElsewhere whether another run of the agent is open: then its end is no rest */
export function createRunReader(
  facts: RunFacts,
  cast: Cast,
  more: { isBusyElsewhere?: () => boolean; isResumed?: boolean } = {},
): RunReader {
  const { isBusyElsewhere = () => false, isResumed = false } = more;
  let place = isResumed ? RESUMED_PLACE : 0;
  let lastAt = 0;
  let isOver = false;
  let lastText = '';
  let lastReasoning = '';
  let hasSaid = false;
  let approval: Approval | null = null;
  const children = new Set<string>();
  const helpers = new Set<string>();
  const said = createTextGroup();
  const thought = createTextGroup();
  const tools = createOpenTools();
  const run = createRunContext(facts, cast, () => place);

  function flushText(): EventDraft[] {
    const taken = said.take();
    if (taken === null) return [];
    hasSaid = true;
    lastText = taken.text;
    const { text, at } = taken;
    return [
      run.message('text', at, {
        from: facts.agent,
        to: USER,
        payloadType: 'text',
        payload: { text },
      }),
    ];
  }

  function reasoning(word: string, text: string, at: number): EventDraft[] {
    if (text === lastReasoning) return [];
    lastReasoning = text;
    const { agent: from } = facts;
    const payload = { text };
    return [run.message(word, at, { from, to: USER, payloadType: 'reasoning', payload })];
  }

  function flushThought(): EventDraft[] {
    const taken = thought.take();
    return taken === null ? [] : reasoning('thought', taken.text, taken.at);
  }

  function toDrafts(event: RunEvent, at: number): EventDraft[] {
    switch (event.event) {
      case 'message.delta':
        said.add(event.delta ?? event.text ?? '', at);
        return said.isFull ? flushText() : [];
      case 'reasoning.delta':
        thought.add(event.delta ?? event.text ?? '', at);
        return thought.isFull ? flushThought() : [];
      case 'reasoning.available':
        return reasoning('reasoning', event.text ?? event.delta ?? '', at);
      case 'tool.started':
        return [...flushText(), ...toolStartDrafts(run, tools, event, at)];
      case 'tool.completed':
      case 'tool.failed':
        return [...flushText(), ...toolEndDrafts(run, tools, event, at)];
      case 'subagent.start':
      case 'subagent.complete':
        if (typeof event.child_session_id === 'string' && children.size < MAX_CHILDREN) {
          children.add(event.child_session_id);
        }
        return [...flushText(), ...subagentDrafts(run, event, { helpers, at })];
      case 'approval.request':
      case 'approval.responded':
      case 'run.steered':
        approval = approvalOf(event);
        return [...flushText(), ...controlDrafts(run, event, at)];
      case 'run.completed':
      case 'run.failed':
      case 'run.cancelled':
        isOver = true;
        approval = null;
        return [...flushText(), ...end(event, at)];
      default:
        return [unknownDraft(event, at)];
    }
  }

  function unknownDraft(event: RunEvent, at: number): EventDraft {
    return {
      type: 'raw',
      key: run.key('raw'),
      occurredAt: at,
      name: clip(`hermes.${event.event}`),
      payload: event,
    };
  }

  function end(event: RunEvent, at: number): EventDraft[] {
    return [
      ...unfinishedToolDrafts(run, tools, at),
      ...endDrafts(run, event, { at, lastText, hasSaid, isBusy: isBusyElsewhere() }),
    ];
  }

  return {
    get isOver() {
      return isOver;
    },
    get approval() {
      return approval;
    },
    get childSessions() {
      return [...children];
    },
    begin(input, at) {
      lastAt = at;
      const payload = { text: questionOf(input) };
      const asked = { from: USER, to: facts.agent, payloadType: 'text', payload };
      return [
        ...cast.agent(facts.agent, at),
        ...cast.thread(facts.sessionId, at),
        run.thread('active', at),
        ...(input === undefined ? [] : [run.message('input', at, asked)]),
        run.state('processing', at),
      ];
    },
    read(text) {
      const source = `run ${facts.runId}`;
      const parsed = parseBounded(text, { source, maxBytes: MAX_EVENT_BYTES });
      if (!parsed.ok) return refused(parsed.reason, parsed.detail, text);
      const known = runEventSchema.safeParse(parsed.value);
      if (!known.success) {
        const detail = `${source}: event: expected an object with a name, and got none`;
        return refused('invalid-event', detail, text);
      }
      place += 1;
      const event = known.data;
      const at = event.timestamp ?? lastAt;
      lastAt = at;
      const first = event.event === 'reasoning.delta' ? [] : flushThought();
      const drafts = [...first, ...toDrafts(event, at)];
      const { detail } = usageDraft(run, event.event === 'run.completed' ? event.usage : null, at);
      const rejects = detail === null ? [] : refused('invalid-event', detail, '').rejects;
      return { drafts, rejects };
    },
    observe({ status, approval: asked }, at) {
      const request = status === 'waiting_for_approval' ? (asked ?? null) : null;
      const before = approval;
      approval = approvalOf(request);
      if (JSON.stringify(approval) === JSON.stringify(before)) return [];
      if (request !== null) return askedDrafts(run, request, at);
      return [{ ...run.state('processing', at), key: run.key(`state:${at}`) }];
    },
    abandon(reason, at, status) {
      place += 1;
      isOver = true;
      const drafts = [...flushThought(), ...flushText()];
      const event = statusEvent(status);
      if (event !== null) return { drafts: [...drafts, ...end(event, at)], rejects: [] };
      const isBusy = isBusyElsewhere();
      const last = unknownEndDrafts(run, reason, { at, since: lastAt, isBusy });
      return { drafts: [...drafts, ...unfinishedToolDrafts(run, tools, at), ...last], rejects: [] };
    },
  };
}

/** Nothing could be read of an event: it is counted, with how it began. */
export function refused(
  reason: UnreadableInput['reason'],
  detail: string,
  text: string,
): RunReading {
  return { drafts: [], rejects: [{ reason, detail, sample: text.slice(0, SAMPLE_CHARS) }] };
}

/** The end a status object tells of, in the words of the stream. */
function statusEvent(status: RunStatus | null): RunEvent | null {
  const names: Readonly<Record<string, string>> = {
    completed: 'run.completed',
    failed: 'run.failed',
    cancelled: 'run.cancelled',
    interrupted: 'run.interrupted',
  };
  const event = names[status?.status ?? ''];
  if (status === null || event === undefined) return null;
  return runEventSchema.parse({ ...status, event, timestamp: null });
}

/** A string, or a list whose last entry is the question. */
export function questionOf(input: unknown): string {
  if (typeof input === 'string') return input;
  const last: unknown = Array.isArray(input) ? input.at(-1) : input;
  const isEntry = typeof last === 'object' && last !== null && 'content' in last;
  const content: unknown = isEntry ? last.content : last;
  return typeof content === 'string' ? content : (JSON.stringify(content) ?? '');
}
