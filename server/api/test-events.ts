import type { PreparedEvent } from '#db/store.ts';

/** Events for tests, each with a key of its own. */

/** 2026-11-21T12:00:00Z */
export const NOON = Date.parse('2026-11-21T12:00:00Z');

let serial = 0;
/** A key no other event of the run has. */
function freshKey(): { key: string; occurredAt: number; receivedAt: number } {
  serial += 1;
  return { key: `key-${serial}`, occurredAt: NOON, receivedAt: NOON };
}

export function organismEvent(more: object = {}): PreparedEvent {
  return {
    ...freshKey(),
    type: 'organism',
    name: 'research-desk',
    status: 'running',
    uptimeSeconds: 60,
    startedAt: NOON - 60_000,
    ...more,
  };
}

export function agentEvent(agent: string, more: object = {}): PreparedEvent {
  return {
    ...freshKey(),
    type: 'agent',
    agent,
    description: `the ${agent}`,
    isAgent: true,
    peers: ['coder'],
    payloadClass: 'handlers.Task',
    rootTag: `${agent}.task`,
    ...more,
  };
}

export function messageEvent(id: string, more: object = {}): PreparedEvent {
  return {
    ...freshKey(),
    type: 'message',
    id,
    threadId: 'thread-1',
    from: 'planner',
    to: 'coder',
    payloadType: 'Task',
    payload: { goal: id },
    ...more,
  };
}

export function threadEvent(threadId: string, status: string): PreparedEvent {
  return { ...freshKey(), type: 'thread_updated', threadId, status };
}

export function usageEvent(more: object = {}): PreparedEvent {
  return {
    ...freshKey(),
    type: 'usage',
    threadId: 'thread-1',
    agent: 'planner',
    model: 'openai/gpt-4o',
    provider: 'openai',
    org: 'acme',
    user: 'u-1',
    tokens: { inputFresh: 100, cacheRead: 20, cacheWrite: 5, outputVisible: 30, reasoning: 10 },
    latencyMs: 250,
    reportedCostNanos: null,
    costNanos: 1_234_567,
    price: {
      source: 'genai-prices',
      version: '1',
      provider: 'openai',
      model: 'gpt-4o',
      unitNanos: { inputFresh: 1, cacheRead: 1, cacheWrite: 1, outputVisible: 1, reasoning: 1 },
    },
    ...more,
  };
}

export function budgetEvent(
  threadId: string,
  totalTokens: number,
  more: object = {},
): PreparedEvent {
  return {
    ...freshKey(),
    type: 'budget',
    threadId,
    maxTokens: 1000,
    promptTokens: totalTokens - 10,
    completionTokens: 10,
    totalTokens,
    ...more,
  };
}

export function errorEvent(text: string, more: object = {}): PreparedEvent {
  return {
    ...freshKey(),
    type: 'error',
    threadId: 'thread-1',
    agent: 'coder',
    text,
    severity: 'error',
    ...more,
  };
}
