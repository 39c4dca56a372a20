import type { EventDraft } from '#organism/event.ts';

/**
 * Events that say who sent them and which number they are, so that a store tells by itself what it
 * lost, has twice, or made up. Every second one is a model call that costs a sum known beforehand.
 */

const KEY = /^w(\d+):(\d+)$/;
/** A quarter hour of 2026; each event is one millisecond later than the one before. */
const FIRST_AT = Date.UTC(2026, 2, 1, 12);
const THREADS = 40;

export interface EventNumber {
  readonly writer: number;
  readonly n: number;
}

export function keyOf({ writer, n }: EventNumber): string {
  return `w${writer}:${n}`;
}

/** Null for a key that no writer of ours sends. */
export function numberOf(key: string): EventNumber | null {
  const found = KEY.exec(key);
  return found === null ? null : { writer: Number(found[1]), n: Number(found[2]) };
}

/** What the source says the call costs: no table has its model, so that nothing else counts. */
export function costNanosOf({ n }: EventNumber): number {
  return n % 2 === 0 ? 0 : 1 + ((n * 7919) % 100_003);
}

export function makeNumbered(number: EventNumber): EventDraft {
  const { writer, n } = number;
  const base = { key: keyOf(number), occurredAt: FIRST_AT + n };
  const threadId = `torture-${writer}-${Math.floor(n / 10) % THREADS}`;
  if (n % 2 === 0) {
    return {
      ...base,
      type: 'message',
      id: base.key,
      threadId,
      from: `agent-${writer}`,
      to: `agent-${n % 5}`,
      payloadType: 'Numbered',
      payload: { writer, n },
    };
  }
  return {
    ...base,
    type: 'usage',
    id: base.key,
    threadId,
    agent: `agent-${writer}`,
    model: 'torture-model',
    provider: 'torture',
    org: null,
    user: null,
    tokens: { inputFresh: n % 1000, cacheRead: 0, cacheWrite: 0, outputVisible: 1, reasoning: 0 },
    latencyMs: null,
    reportedCostNanos: costNanosOf(number),
  };
}
