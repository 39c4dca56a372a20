import type { EventType } from '#organism/event.ts';

/** The journal's small integers for event types. Numbers are for ever: add, never reuse. */
export const EVENT_CODES = {
  organism: 1,
  agent: 2,
  agent_state: 3,
  thread_created: 4,
  thread_updated: 5,
  message: 6,
  usage: 7,
  budget: 8,
  error: 9,
  source_status: 10,
  reload: 11,
  gap: 12,
  raw: 13,
  allowance: 14,
  context: 15,
  /** Without a row in the ledger: that of the first telling says what the call is now. */
  usage_amended: 16,
} as const satisfies Record<EventType, number>;

const TYPES = new Map<number, string>(
  Object.entries(EVENT_CODES).map(([type, code]) => [code, type]),
);

export function eventTypeOf(code: number): string {
  return TYPES.get(code) ?? 'raw';
}
