import type { SubscribeFilters } from '#organism/agentserver/socket.ts';
import type { EventOf, JournalEvent } from '#organism/event.ts';

/** What filters look at. */
export interface Subject {
  readonly name: string;
  readonly threadId: string | null;
  /** The event's agent, or both ends of a message; empty when it has none. */
  readonly agents: readonly string[];
  readonly payloadType: string | null;
}

/** A subscription's filters. Null, absent and empty all mean no filter, as in the contract. */
export type Filter = (subject: Subject) => boolean;

export const passAll: Filter = () => true;

export function createFilter(filters: SubscribeFilters): Filter {
  const events = toSet(filters.events);
  const threads = toSet(filters.threads);
  const agents = toSet(filters.agents);
  const payloadTypes = toSet(filters.payload_types);
  return (frame) =>
    (events === null || events.has(frame.name)) &&
    // An event without a thread, an agent or a payload is not what these filters are about.
    (threads === null || frame.threadId === null || threads.has(frame.threadId)) &&
    (agents === null || frame.agents.length === 0 || frame.agents.some((a) => agents.has(a))) &&
    (payloadTypes === null || frame.payloadType === null || payloadTypes.has(frame.payloadType));
}

export function subjectOf(event: JournalEvent): Subject {
  if (event.type === 'usage_amended') return subjectOfAmendment(event);
  const isMessage = event.type === 'message';
  return {
    name: event.type,
    threadId: 'threadId' in event ? event.threadId : null,
    agents: isMessage ? [event.from, event.to] : agentOf(event),
    payloadType: isMessage ? event.payloadType : null,
  };
}

/** Whoever has the call in a sum is to hear of it: where it is filed now, and where it was. */
function subjectOfAmendment(event: EventOf<'usage_amended'>): Subject {
  const { was } = event.amends;
  const agents = new Set([event.agent, was.agent].filter((agent) => agent !== null));
  return {
    name: 'usage',
    threadId: event.threadId === was.threadId ? event.threadId : null,
    agents: [...agents],
    payloadType: null,
  };
}

function agentOf(event: JournalEvent): readonly string[] {
  return 'agent' in event && event.agent !== null ? [event.agent] : [];
}

function toSet(names: readonly string[] | null | undefined): ReadonlySet<string> | null {
  return names === null || names === undefined || names.length === 0 ? null : new Set(names);
}
