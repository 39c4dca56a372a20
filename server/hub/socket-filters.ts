import type { SubscribeFilters } from '#organism/agentserver/socket.ts';

import type { ContractFrame } from './contract-frames.ts';

/** A subscription's filters. Null, absent and empty all mean no filter, as in the contract. */
export type FrameFilter = (frame: ContractFrame) => boolean;

export const passAll: FrameFilter = () => true;

export function createFilter(filters: SubscribeFilters): FrameFilter {
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

function toSet(names: readonly string[] | null | undefined): ReadonlySet<string> | null {
  return names === null || names === undefined || names.length === 0 ? null : new Set(names);
}
