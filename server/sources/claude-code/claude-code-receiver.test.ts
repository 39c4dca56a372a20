import { existsSync, readFileSync } from 'node:fs';

import { afterEach, describe, expect, it } from 'vitest';

import type { EventOf, EventType } from '#organism/event.ts';
import { usageEvent } from '#server/api/test-events.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';

const SAMPLES = new URL('../../../../shared/samples/', import.meta.url);
const HOOKS = '/hooks/claude-code';
const SESSION = 'session-1';

let kit: TestApi;
afterEach(() => kit.close());

const send = (hook: unknown, path = HOOKS) =>
  kit.request('POST', path, {
    body: typeof hook === 'string' ? hook : JSON.stringify(hook),
    headers: { 'content-type': 'application/json' },
  });

const hook = (name: string, more: object = {}): object => ({
  session_id: SESSION,
  hook_event_name: name,
  prompt_id: 'prompt-1',
  ...more,
});

async function storedOf<T extends EventType>(type: T): Promise<EventOf<T>[]> {
  const events = await kit.store.readEvents({ since: 0, limit: 1000 });
  return events.filter((event): event is EventOf<T> => event.type === type);
}

const picture = () => kit.organisms.get('claude-code');

describe('Claude Code hooks', () => {
  it('show what the agent does, as it does it', async () => {
    kit = await openTestApi();
    const state = (): string | undefined => picture()?.agents.get('claude-code')?.state;
    await send(hook('UserPromptSubmit', { prompt: 'say hi' }));
    expect(state()).toBe('processing');
    await send(hook('Notification', { message: 'needs your permission' }));
    expect(state()).toBe('waiting');
    await send(hook('Stop', { last_assistant_message: 'done' }));
    expect(state()).toBe('idle');
    await send(hook('SessionEnd', { reason: 'other' }));
    expect(picture()?.threads.get(SESSION)?.status).toBe('completed');
  });

  it('make a subagent a child, and keep events nobody knows', async () => {
    kit = await openTestApi();
    await send(hook('SubagentStop', { agent_id: 'a1', agent_type: 'Explore' }));
    await send(hook('WorktreeCreate', { path: '/x' }));
    expect(picture()?.agents.get('Explore a1')?.parent).toBe('claude-code');
    expect(await storedOf('raw')).toMatchObject([{ name: 'WorktreeCreate' }]);
  });

  it('refuse what is no hook body', async () => {
    kit = await openTestApi();
    for (const body of ['{', '[]', '{"session_id":"s"}', '{"hook_event_name":"Stop"}']) {
      expect((await send(body)).status).toBe(400);
    }
    expect(await kit.store.readEvents({ since: 0, limit: 10 })).toEqual([]);
  });

  it('stop nothing unless asked to', async () => {
    kit = await openTestApi();
    const { status, body } = await send(hook('PreToolUse', { tool_name: 'Bash' }));
    expect([status, body]).toEqual([200, {}]);
  });

  it('stop a session at its limit: no prompt, and no tool', async () => {
    kit = await openTestApi({ stopAtTokens: 150 });
    expect((await send(hook('UserPromptSubmit'))).body).toEqual({});
    const spent = usageEvent({ threadId: SESSION });
    await kit.emit([spent], { organismId: 'claude-code' });
    expect((await send(hook('UserPromptSubmit'))).body).toMatchObject({ decision: 'block' });
    expect((await send(hook('PreToolUse', { tool_name: 'Bash' }))).body).toMatchObject({
      continue: false,
      hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'deny' },
    });
    expect(picture()?.threads.get(SESSION)?.budget).toMatchObject({ maxTokens: 150 });
  });

  it.skipIf(!existsSync(SAMPLES))(
    'and its telemetry tell of the same prompt and tool call once',
    async () => {
      kit = await openTestApi();
      const read = (name: string): string => readFileSync(new URL(name, SAMPLES), 'utf8');
      const bodies = JSON.parse(read('hooks/hooks-claude-code.json')) as unknown[];
      for (const body of [...bodies, ...bodies]) expect((await send(body)).status).toBe(200);
      await send(read('otlp/otlp-claude-code-logs.json'), '/v1/logs');
      await send(read('otlp/otlp-claude-code-traces.json'), '/v1/traces');
      const messages = await storedOf('message');
      const kinds = messages.map(({ payloadType }) => payloadType);
      expect(kinds.filter((kind) => kind === 'prompt')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'tool_call')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'tool_result')).toHaveLength(1);
      expect(await storedOf('usage')).toHaveLength(2);
      expect(await storedOf('error')).toMatchObject([{ text: 'API Error: 400 bad thing' }]);
      const rejected = (await kit.store.sourceCounts()).map((counts) => counts.rejected);
      expect(rejected.every((count) => count === 0)).toBe(true);
    },
  );
});
