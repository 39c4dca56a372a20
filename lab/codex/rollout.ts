import type { Writing } from '#lab/session-files/session-story.ts';
import { HOUR_MS, MINUTE_MS, WEEK_MS } from '#organism/durations.ts';

/** What a request used, in Codex's own words. */
export interface Counters {
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly cache_write_input_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_output_tokens: number;
  readonly total_tokens: number;
}

/** A session file being written, as Codex 0.169 writes it: events, and the model's items once more. */
export interface Rollout {
  readonly threadId: string;
  readonly cwd: string;
  begin(at: number): void;
  turnStart(at: number, turnId: string, prompt: string): void;
  reasoning(at: number, text: string): void;
  command(at: number, command: string, output: string, exitCode: number): void;
  fileChange(at: number, path: string, content: string): void;
  /** The file of a sub-agent, in the same folder and with the same model. */
  openChild(at: number, childThread: string, spawnedBy: SpawnedBy): Rollout;
  /** Hands work to a sub-agent whose file begins beside this one. */
  spawned(at: number, childThread: string, prompt: string): void;
  /** The last words of sub-agents, by their threads. */
  waited(at: number, answers: ReadonlyMap<string, string>): void;
  /** @returns the number of the line that tells of it first */
  used(at: number, usage: Counters): number;
  turnEnd(at: number, text: string): void;
}

/** Of a session that another one began. */
export interface SpawnedBy {
  readonly parentThread: string;
  /** 1: by the session a person began. */
  readonly depth: number;
  readonly nickname: string;
  readonly role: string;
}

const CONTEXT_WINDOW = 258_400;
const NOTHING: Counters = {
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0,
  total_tokens: 0,
};

export function createRollout(facts: {
  readonly threadId: string;
  readonly cwd: string;
  readonly model: string;
  readonly beganAt: number;
  readonly spawnedBy?: SpawnedBy | undefined;
  readonly id: () => string;
  readonly write: (writing: Writing) => void;
}): Rollout {
  const { threadId, cwd, model, beganAt, spawnedBy, id, write } = facts;
  const [day = '', time = ''] = new Date(beganAt).toISOString().slice(0, 19).split('T');
  const stamp = `${day}T${time.replaceAll(':', '-')}`;
  const file = `${day.replaceAll('-', '/')}/rollout-${stamp}-${threadId}.jsonl`;
  let ordinal = 0;
  let total = NOTHING;
  let ofTurn = NOTHING;
  let turnId = '';
  let spent = 0;

  function put(at: number, type: string, payload: object): number {
    const timestamp = new Date(at).toISOString();
    const own = ordinal;
    ordinal += 1;
    write({ file, lines: [JSON.stringify({ timestamp, ordinal: own, type, payload })] });
    return own;
  }

  function item(at: number, made: object): void {
    put(at, 'event_msg', {
      type: 'item_completed',
      thread_id: threadId,
      turn_id: turnId,
      item: made,
      started_at_ms: Math.floor(at),
      completed_at_ms: Math.floor(at) + 40,
    });
  }

  function response(at: number, payload: object): void {
    put(at, 'response_item', payload);
  }

  function collab(at: number, tool: string, prompt: string | null, states: object): void {
    const key = `call_${id()}`;
    const asked = JSON.stringify({ message: prompt });
    response(at, { type: 'function_call', name: tool, arguments: asked, call_id: key });
    item(at, {
      type: 'CollabAgentToolCall',
      id: key,
      tool,
      status: 'completed',
      sender_thread_id: threadId,
      receiver_thread_ids: Object.keys(states),
      prompt,
      agents_states: states,
    });
  }

  return {
    threadId,
    cwd,
    begin(at) {
      put(at, 'session_meta', {
        session_id: threadId,
        id: threadId,
        timestamp: new Date(at).toISOString(),
        cwd,
        originator: 'codex_cli_rs',
        cli_version: '0.169.0',
        ...originOf(spawnedBy),
        model_provider: 'openai',
      });
    },
    turnStart(at, ownTurnId, prompt) {
      turnId = ownTurnId;
      ofTurn = NOTHING;
      const window = { model_context_window: CONTEXT_WINDOW };
      put(at, 'event_msg', { type: 'task_started', turn_id: turnId, ...window });
      put(at, 'turn_context', { turn_id: turnId, cwd, approval_policy: 'never', model });
      const content = [{ type: 'text', text: prompt, text_elements: [] }];
      response(at, {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: prompt }],
      });
      item(at, { type: 'UserMessage', id: id(), content });
    },
    reasoning(at, text) {
      const key = `rs_${id()}`;
      response(at, { type: 'reasoning', id: key, summary: [{ type: 'summary_text', text }] });
      item(at, { type: 'Reasoning', id: key, summary_text: [text], raw_content: [] });
    },
    command(at, command, output, exitCode) {
      const key = `call_${id()}`;
      const asked = JSON.stringify({ command: ['/bin/bash', '-lc', command] });
      response(at, { type: 'function_call', name: 'shell', arguments: asked, call_id: key });
      response(at, { type: 'function_call_output', call_id: key, output });
      item(at, {
        type: 'CommandExecution',
        id: key,
        command: ['/bin/bash', '-lc', command],
        cwd: `file://${cwd}`,
        status: exitCode === 0 ? 'completed' : 'failed',
        aggregated_output: output,
        exit_code: exitCode,
      });
    },
    fileChange(at, path, content) {
      const key = `call_${id()}`;
      response(at, { type: 'custom_tool_call', name: 'apply_patch', call_id: key, input: content });
      const changes = { [path]: { type: 'add', content } };
      item(at, { type: 'FileChange', id: key, changes, status: 'completed' });
    },
    openChild: (at, childThread, by) =>
      createRollout({ ...facts, threadId: childThread, beganAt: at, spawnedBy: by }),
    spawned(at, childThread, prompt) {
      collab(at, 'spawn_agent', prompt, { [childThread]: { status: 'running', message: null } });
    },
    waited(at, answers) {
      const ended = [...answers].map(([thread, message]) => [
        thread,
        { status: 'completed', message },
      ]);
      collab(at, 'wait', null, Object.fromEntries(ended));
    },
    used(at, usage) {
      total = sum(total, usage);
      ofTurn = sum(ofTurn, usage);
      const own = put(at, 'token_usage_record', {
        thread_id: threadId,
        turn_id: turnId,
        response_id: `resp_${id()}`,
        usage,
        turn_token_usage: ofTurn,
        thread_token_usage: total,
      });
      put(at, 'event_msg', {
        type: 'token_count',
        info: {
          total_token_usage: total,
          last_token_usage: usage,
          model_context_window: CONTEXT_WINDOW,
        },
        rate_limits: limitsAt(at, (spent += usage.total_tokens)),
      });
      return own;
    },
    turnEnd(at, text) {
      const content = [{ type: 'output_text', text }];
      response(at, { type: 'message', role: 'assistant', content });
      item(at, { type: 'AgentMessage', id: id(), content: [{ type: 'Text', text }] });
      put(at, 'event_msg', { type: 'task_complete', turn_id: turnId, last_agent_message: text });
    },
  };
}

function originOf(spawnedBy: SpawnedBy | undefined): object {
  if (spawnedBy === undefined) return { source: 'cli', thread_source: 'user' };
  const { parentThread, depth, nickname, role } = spawnedBy;
  const spawn = {
    parent_thread_id: parentThread,
    depth,
    agent_nickname: nickname,
    agent_role: role,
  };
  return { source: { subagent: { thread_spawn: spawn } }, thread_source: 'subagent' };
}

const FIVE_HOURS_MS = 5 * HOUR_MS;
/** What the artificial plan allows in five hours; a week is worth eight of them. */
const PLAN_TOKENS = 20_000_000;

/** As OpenAI tells with each answer how much of a plan is used. */
function limitsAt(at: number, spent: number): object {
  const used = (share: number) => Math.min(100, (spent / (PLAN_TOKENS * share)) * 100);
  const endOf = (length: number) => (Math.floor(at / length) + 1) * (length / 1000);
  const window = (share: number, length: number) => ({
    used_percent: used(share),
    window_minutes: length / MINUTE_MS,
    resets_at: endOf(length),
  });
  const windows = { primary: window(1, FIVE_HOURS_MS), secondary: window(8, WEEK_MS) };
  return { limit_id: 'codex', plan_type: 'plus', ...windows };
}

function sum(a: Counters, b: Counters): Counters {
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    cached_input_tokens: a.cached_input_tokens + b.cached_input_tokens,
    cache_write_input_tokens: a.cache_write_input_tokens + b.cache_write_input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    reasoning_output_tokens: a.reasoning_output_tokens + b.reasoning_output_tokens,
    total_tokens: a.total_tokens + b.total_tokens,
  };
}
