import type { Random } from '#lab/agentserver/random.ts';

import { batchId, sourceEventId, toolCallId } from './ids.ts';

/** An artificial program with the modelstat SDK in it: calls of models, and of tools by them. */

const MODELS = [
  { agent: 'raw_sdk_openai', provider: 'openai', model: 'gpt-5.1' },
  { agent: 'raw_sdk_anthropic', provider: 'anthropic', model: 'claude-sonnet-4-5' },
  { agent: 'claude_code', provider: 'anthropic', model: 'claude-opus-4-5' },
  { agent: 'codex_cli', provider: 'openai', model: 'gpt-5.1-codex' },
] as const;
const TOOLS = [
  { server: 'builtin', name: 'Read' },
  { server: 'builtin', name: 'Bash' },
  { server: 'mcp:github', name: 'create_pr' },
] as const;
const ASKED = ['Summarise ticket 42', 'Why does the build fail?', 'Write the release notes'];
const ANSWERED = [
  'It asks for a retry policy.',
  'A test reads the clock.',
  'Three fixes, one feature.',
];
const SESSIONS = 6;

export interface ModelstatStory {
  /** The next batch of about so many calls, as the SDK puts it on the wire. */
  nextBatch(calls: number, now: number): Record<string, unknown>;
}

export function createModelstatStory(random: Random, deviceId: string): ModelstatStory {
  let calls = 0;

  function nextEvent(now: number) {
    calls += 1;
    const session = `sess_${random.int(1, SESSIONS)}`;
    const id = sourceEventId(deviceId, `${session}::${now}::${calls}`);
    const { agent, provider, model } = random.pick(MODELS);
    const isWrapped = agent.startsWith('raw_sdk_');
    return {
      source_event_id: id,
      ts: new Date(now).toISOString(),
      kind: 'assistant_message',
      agent,
      provider,
      session_id: session,
      tokens: {
        input: random.int(200, 4000),
        output: random.int(20, 900),
        cache_creation: isWrapped ? 0 : random.int(0, 2000),
        cache_read: isWrapped ? 0 : random.int(0, 20_000),
        reasoning: isWrapped ? 0 : random.int(0, 400),
      },
      model,
      duration_ms: random.int(300, 9000),
      billing: isWrapped ? 'api' : 'subscription',
      content_excerpt: `${random.pick(ASKED)}\n---\n${random.pick(ANSWERED)}`,
    };
  }

  function nextToolCall(event: ReturnType<typeof nextEvent>, now: number) {
    const { server, name } = random.pick(TOOLS);
    return {
      external_call_id: toolCallId(event.source_event_id, 0),
      session_id: event.session_id,
      source_event_id: event.source_event_id,
      agent: event.agent,
      server,
      name,
      call_index: 0,
      started_at: new Date(now).toISOString(),
      status: random.chance(0.1) ? 'error' : 'success',
      args_hash: '',
      signature_hash: 'none',
      args_bytes: random.int(10, 400),
      result_bytes: random.int(0, 20_000),
      model: event.model,
    };
  }

  return {
    nextBatch(count, now) {
      const events = Array.from({ length: count }, () => nextEvent(now));
      const toolCalls = events
        .filter(() => random.chance(0.5))
        .map((event) => nextToolCall(event, now));
      return {
        batch_id: batchId(events.map((event) => event.source_event_id)),
        device_id: deviceId,
        daemon_version: 'node-sdk/0.0.1',
        events,
        ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
      };
    },
  };
}
