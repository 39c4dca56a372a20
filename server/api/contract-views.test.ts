import { describe, expect, it } from 'vitest';

import type { EventOf } from '#organism/event.ts';
import { newAgentView } from '#organism/state.ts';

import { agentInfo, messageInfo } from './contract-views.ts';

/** What clients of an AgentServer may rely on, whatever runtime it comes from. */

const MESSAGE: EventOf<'message'> = {
  seq: 1,
  organismId: 'one',
  source: 'one-source',
  receivedAt: 2,
  type: 'message',
  key: 'm1',
  occurredAt: 1,
  id: 'm1',
  threadId: 't1',
  from: 'a',
  to: 'b',
  payloadType: 'completion',
  payload: null,
};

describe('the contract', () => {
  it.each([
    [{ text: 'hello' }, { text: 'hello' }],
    ['hello', { value: 'hello' }],
    [[{ role: 'assistant' }], { value: [{ role: 'assistant' }] }],
    [0, { value: 0 }],
    [null, {}],
    [undefined, {}],
  ])('has objects as payloads: %j', (payload, expected) => {
    expect(messageInfo({ ...MESSAGE, payload }).payload).toEqual(expected);
  });

  it('has a word of its own for an agent that has not said what it does', () => {
    const agent = newAgentView('planner');
    expect(agentInfo(agent).state).toBe('idle');
    expect(agentInfo({ ...agent, state: 'dreaming' }).state).toBe('dreaming');
  });
});
