import { describe, expect, it } from 'vitest';

import { applyAll } from '#organism/apply.ts';
import type { EventDraft, JournalEvent } from '#organism/event.ts';
import { journalEventSchema } from '#organism/event.ts';
import { emptyOrganism } from '#organism/state.ts';

import { type Command, commandRequest, isCommandShown } from './command.ts';

type Facts = EventDraft extends infer D
  ? D extends EventDraft
    ? Omit<D, 'key' | 'occurredAt'>
    : never
  : never;

function organismAfter(...facts: Facts[]) {
  const events = facts.map((fact, index): JournalEvent =>
    journalEventSchema.parse({
      ...fact,
      key: `k${index}`,
      seq: index + 1,
      organismId: 'lab',
      source: 'lab',
      occurredAt: 0,
      receivedAt: 0,
    }),
  );
  return applyAll(emptyOrganism('lab'), events);
}

const shown = (command: Command, answer: Record<string, unknown>, ...facts: Facts[]) =>
  isCommandShown({ kind: 'requested', command, answer }, organismAfter(...facts));

describe('a command', () => {
  it.each<[Command, string, unknown]>([
    [{ kind: 'kill', threadId: 'a/b' }, '/threads/a%2Fb/kill', {}],
    [{ kind: 'pause', agent: 'planner' }, '/agents/planner/pause', {}],
    [{ kind: 'resume', agent: 'planner' }, '/agents/planner/resume', {}],
    [{ kind: 'reload' }, '/organism/reload', {}],
    [{ kind: 'stop' }, '/organism/stop', {}],
    [
      { kind: 'inject', to: 'planner', payload: { goal: 'x' } },
      '/inject',
      { to: 'planner', payload: { goal: 'x' }, threadId: null },
    ],
  ])('%j has its route', (command, path, body) => {
    expect(commandRequest(command)).toEqual({ path, body });
  });

  it('is shown by the event it asked for, and not before', () => {
    const kill: Command = { kind: 'kill', threadId: 't1' };
    expect(shown(kill, {}, { type: 'thread_updated', threadId: 't1', status: 'active' })).toBe(
      false,
    );
    expect(shown(kill, {}, { type: 'thread_updated', threadId: 't1', status: 'killed' })).toBe(
      true,
    );

    const state = (word: string): Facts => ({
      type: 'agent_state',
      agent: 'planner',
      state: word,
      currentThread: null,
    });
    expect(shown({ kind: 'pause', agent: 'planner' }, {}, state('idle'))).toBe(false);
    expect(shown({ kind: 'pause', agent: 'planner' }, {}, state('paused'))).toBe(true);
    expect(shown({ kind: 'resume', agent: 'planner' }, {}, state('paused'))).toBe(false);
    expect(shown({ kind: 'resume', agent: 'planner' }, {}, state('idle'))).toBe(true);
    expect(shown({ kind: 'resume', agent: 'nobody' }, {})).toBe(false);
  });

  it('to inject is shown by its message', () => {
    const inject: Command = { kind: 'inject', to: 'planner', payload: {} };
    const message: Facts = {
      type: 'message',
      id: 'm1',
      threadId: 't1',
      from: 'api',
      to: 'planner',
      payloadType: 'Payload',
      payload: {},
    };
    expect(shown(inject, { messageId: 'm2' }, message)).toBe(false);
    expect(shown(inject, { messageId: 'm1' }, message)).toBe(true);
  });

  it('to reload is shown by nothing', () => {
    expect(shown({ kind: 'reload' }, {})).toBeNull();
  });
});
