import type { JournalEvent } from '#organism/event.ts';
import { formatInstant } from '#organism/instant.ts';
import type { OrganismState, ThreadView } from '#organism/state.ts';

import {
  budgetInfo,
  isAnnounced,
  messageInfo,
  threadInfo,
  usageEventRow,
} from '../api/contract-views.ts';
import type { Filter, Subject } from './socket-filters.ts';
import { passAll } from './socket-filters.ts';
import { textFrame } from './text-frame.ts';

/** One event of the AgentServer's `/ws`, serialised once, with what the filters look at. */
interface ContractFrame extends Subject {
  readonly json: string;
  /** A message alone, as `/ws/messages` sends it. */
  readonly bareMessage: string | null;
}

/** Everything in an envelope, or messages alone: the wire of `/ws` or of `/ws/messages`. */
export type ContractDialect = 'contract' | 'messages';

/** One flush in the contract's words. */
export interface ContractBatch {
  /** Frames for the wire; written out once for all who pass everything. Null: none pass. */
  wireFor(dialect: ContractDialect, passes: Filter): Buffer | null;
}

export function createContractBatch(
  events: readonly JournalEvent[],
  before: OrganismState,
  after: OrganismState,
): ContractBatch {
  const frames = toContractFrames(events, before, after);
  const whole = new Map<ContractDialect, Buffer | null>();
  const wires = new Map<string, Buffer>();

  function wireOf(text: string): Buffer {
    const known = wires.get(text);
    if (known !== undefined) return known;
    const wire = textFrame(text);
    wires.set(text, wire);
    return wire;
  }

  function write(dialect: ContractDialect, chosen: readonly ContractFrame[]): Buffer | null {
    const texts = chosen.flatMap(({ json, bareMessage }) =>
      dialect === 'contract' ? json : (bareMessage ?? []),
    );
    return texts.length === 0 ? null : Buffer.concat(texts.map(wireOf));
  }

  return {
    wireFor(dialect, passes) {
      if (passes !== passAll) return write(dialect, frames.filter(passes));
      const known = whole.get(dialect);
      if (known !== undefined) return known;
      const wire = write(dialect, frames);
      whole.set(dialect, wire);
      return wire;
    },
  };
}

/**
 * Says a batch in the contract's words. A thread that the batch brought to light is announced
 * before its first event, whether or not the upstream announced it.
 * @param before the picture without the batch
 * @param after the picture with it
 */
function toContractFrames(
  events: readonly JournalEvent[],
  before: OrganismState,
  after: OrganismState,
): ContractFrame[] {
  const frames: ContractFrame[] = [];
  const announced = new Set<string>();
  for (const event of events) {
    const thread = newThreadOf(event, before, after);
    if (thread !== null && !announced.has(thread.id)) {
      announced.add(thread.id);
      const body = { event: 'thread_created', thread: threadInfo(thread) };
      frames.push(frame('thread_created', body, { threadId: thread.id }));
    }
    const own = toFrame(event, after);
    if (own !== null) frames.push(own);
  }
  return frames;
}

function newThreadOf(
  event: JournalEvent,
  before: OrganismState,
  after: OrganismState,
): ThreadView | null {
  const id = 'threadId' in event ? event.threadId : null;
  if (id === null) return null;
  const known = before.threads.get(id);
  const thread = after.threads.get(id);
  if (thread === undefined || !isAnnounced(thread)) return null;
  return known !== undefined && isAnnounced(known) ? null : thread;
}

function toFrame(event: JournalEvent, after: OrganismState): ContractFrame | null {
  const name = event.type;
  switch (event.type) {
    case 'agent_state': {
      const { agent, state, currentThread } = event;
      // The contract's thread filter leaves agent states alone.
      return frame(name, { event: name, agent, state, currentThread }, { agents: [agent] });
    }
    case 'message': {
      // The contract knows no amendments: a second frame would be a second message.
      if (event.amends !== undefined) return null;
      const bareMessage = JSON.stringify(messageInfo(event));
      return {
        name,
        threadId: event.threadId,
        agents: [event.from, event.to],
        payloadType: event.payloadType,
        json: `{"event":"message","message":${bareMessage}}`,
        bareMessage,
      };
    }
    case 'thread_updated': {
      const { threadId, status } = event;
      const known = after.threads.get(threadId)?.messageCount ?? 0;
      const messageCount = event.messageCount ?? known;
      return frame(name, { event: name, threadId, status, messageCount }, { threadId });
    }
    case 'error': {
      const { threadId, agent, text } = event;
      const timestamp = formatInstant(event.occurredAt);
      const body = { event: name, threadId, agent, error: text, timestamp };
      return frame(name, body, { threadId, agents: agent === null ? [] : [agent] });
    }
    case 'reload': {
      const { success, added, removed, updated } = event;
      return frame(name, { event: name, success, added, removed, updated });
    }
    case 'usage': {
      const { threadId, agent } = event;
      const body = { event: name, usage: usageEventRow(event) };
      return frame(name, body, { threadId, agents: agent === null ? [] : [agent] });
    }
    case 'budget': {
      const { threadId } = event;
      return frame(name, { event: name, budget: budgetInfo(threadId, event) }, { threadId });
    }
    case 'source_status': {
      const source = after.sources.get(event.source);
      return source === undefined ? null : frame(name, { event: name, source });
    }
    case 'thread_created':
    case 'organism':
    case 'agent':
    case 'allowance':
    case 'context':
    // A second frame would be a second call.
    case 'usage_amended':
    case 'gap':
    case 'raw':
      return null;
  }
}

function frame(
  name: string,
  body: object,
  about: { threadId?: string | null; agents?: readonly string[] } = {},
): ContractFrame {
  return {
    name,
    threadId: about.threadId ?? null,
    agents: about.agents ?? [],
    payloadType: null,
    json: JSON.stringify(body),
    bareMessage: null,
  };
}
