import type { Random } from '#lab/agentserver/random.ts';

import type { LabCoder, LabCoderSession } from './server.ts';

const PEOPLE = ['ann', 'bob', 'eve'] as const;
const CLIENTS = [
  { client: 'Claude Code', provider: 'anthropic', model: 'claude-sonnet-4-5' },
  { client: 'Codex', provider: 'openai', model: 'gpt-5.1' },
] as const;
const ASKED = ['Fix the retry loop', 'Explain the build script', 'Add a test for it'] as const;
const MAX_SESSIONS = 40;

interface Tokens {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_write_input_tokens: number;
}

/** Lets people work: with each step one of the sessions grows, or a new one begins. */
export function createCoderStory(random: Random, lab: LabCoder): { step(now: number): void } {
  const sessions: LabCoderSession[] = [];

  function begin(now: number): LabCoderSession {
    const { client, provider, model } = random.pick(CLIENTS);
    const username = random.pick(PEOPLE);
    const at = new Date(now).toISOString();
    return {
      id: random.uuid(),
      initiator: { id: `user-${username}`, username },
      client,
      providers: [provider],
      models: [model],
      metadata: {},
      started_at: at,
      last_active_at: at,
      threads: [],
    };
  }

  return {
    step(now) {
      const isNew = sessions.length === 0 || (sessions.length < MAX_SESSIONS && random.chance(0.3));
      const index = isNew ? sessions.length : random.int(0, sessions.length - 1);
      const session = sessions[index] ?? begin(now);
      const at = new Date(now).toISOString();
      const models = session['models'];
      const thread = {
        id: random.uuid(),
        prompt: random.pick(ASKED),
        model: Array.isArray(models) ? String(models[0]) : '',
        provider: session['client'] === 'Codex' ? 'openai' : 'anthropic',
        started_at: at,
        ended_at: at,
        token_usage: tokens(random),
        agentic_actions: [
          {
            thinking: [{ text: 'I should read the file first.' }],
            tool_calls: [
              {
                id: random.uuid(),
                server_url: '',
                tool: 'Read',
                injected: false,
                input: '{"file_path":"a.ts"}',
                created_at: at,
              },
            ],
          },
        ],
      };
      const grown = {
        ...session,
        ended_at: at,
        last_active_at: at,
        threads: [...session.threads, thread],
      };
      sessions[index] = grown;
      lab.put(grown);
    },
  };
}

function tokens(random: Random): Tokens {
  return {
    input_tokens: random.int(100, 4000),
    output_tokens: random.int(50, 1500),
    cache_read_input_tokens: random.int(0, 40_000),
    cache_write_input_tokens: random.int(0, 5000),
  };
}
