import type { SubscribeFilters } from '#organism/agentserver/socket.ts';

import type { LabEvent, LabMessage } from './world-types.ts';

/** Null, absent and empty all mean: no filter. */
export interface SocketFilters {
  readonly events: ReadonlySet<string> | null;
  readonly threads: ReadonlySet<string> | null;
  readonly agents: ReadonlySet<string> | null;
  readonly payloadTypes: ReadonlySet<string> | null;
}

export const NO_FILTERS: SocketFilters = {
  events: null,
  threads: null,
  agents: null,
  payloadTypes: null,
};

export function readFilters(filters: SubscribeFilters): SocketFilters {
  return {
    events: setOf(filters.events),
    threads: setOf(filters.threads),
    agents: setOf(filters.agents),
    payloadTypes: setOf(filters.payload_types),
  };
}

/**
 * `threads` goes by an event's own thread: the one an agent works on is not meant, nor is the
 * agent of a thread's update. `payload_types` only touches messages.
 */
export function passes(filters: SocketFilters, event: LabEvent): boolean {
  if (filters === NO_FILTERS) return true;
  if (filters.events !== null && !filters.events.has(event.event)) return false;
  if (event.event === 'message') return passesMessage(filters, event.message);
  const thread = threadOf(event);
  if (filters.threads !== null && thread !== null && !filters.threads.has(thread)) return false;
  const agent = agentOf(event);
  return filters.agents === null || agent === null || filters.agents.has(agent);
}

export function passesMessage(filters: SocketFilters, message: LabMessage): boolean {
  const { threads, agents, payloadTypes } = filters;
  if (threads !== null && !threads.has(message.threadId)) return false;
  if (agents !== null && !agents.has(message.from) && !agents.has(message.to)) return false;
  return payloadTypes === null || payloadTypes.has(message.payloadType);
}

function threadOf(event: LabEvent): string | null {
  switch (event.event) {
    case 'thread_created':
    case 'thread_updated':
      return event.thread.id;
    case 'error':
      return event.threadId;
    case 'agent_state':
    case 'message':
    case 'reload':
      return null;
  }
}

function agentOf(event: LabEvent): string | null {
  if (event.event === 'agent_state') return event.agent.member.name;
  return event.event === 'error' ? event.agent : null;
}

function setOf(names: readonly string[] | null | undefined): ReadonlySet<string> | null {
  return names === null || names === undefined || names.length === 0 ? null : new Set(names);
}
