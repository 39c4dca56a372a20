import type { Random } from '#lab/agentserver/random.ts';

import type { LabCoder, LabCoderSession } from './server.ts';

const PEOPLE = ['ann', 'bob', 'eve'] as const;
const CLIENTS = [
  { client: 'Claude Code', provider: 'anthropic', model: 'claude-sonnet-4-5' },
  { client: 'Codex', provider: 'openai', model: 'gpt-5.1' },
] as const;
const ASKED = ['Fix the retry loop', 'Explain the build script', 'Add a test for it'] as const;
const MAX_SESSIONS = 40;
/** What each may spend in a month, and what each has spent of it before. */
const LIMIT_MICROS = 25_000_000;
const SPENT_MICROS = [21_400_000, 9_300_000, 24_700_000];

const LIMITED = 'The provider refused the request: 429 Too Many Requests';

interface Tokens {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_write_input_tokens: number;
}

/** Lets people work: with each step one of the sessions grows, or a new one begins. */
export function createCoderStory(random: Random, lab: LabCoder): { step(now: number): void } {
  const sessions: LabCoderSession[] = [];
  const spent = new Map(PEOPLE.map((name, index) => [`user-${name}`, SPENT_MICROS[index] ?? 0]));

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
        ...(random.chance(0.06) ? { error_type: 'rate_limit', error_message: LIMITED } : {}),
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
      const { id } = session.initiator;
      spent.set(id, (spent.get(id) ?? 0) + costMicros(thread.token_usage));
      lab.money = { limitMicros: LIMIT_MICROS, spentMicros: spent, ...monthOf(now) };
    },
  };
}

/** Roughly what these tokens cost anywhere. */
function costMicros(usage: Tokens): number {
  const { input_tokens: input, output_tokens: output } = usage;
  const cached = usage.cache_read_input_tokens + usage.cache_write_input_tokens;
  return Math.round(input * 3 + output * 15 + cached * 0.4);
}

/** The calendar month in UTC. */
function monthOf(now: number): { periodStart: string; periodEnd: string } {
  const date = new Date(now);
  const month = (ahead: number): string =>
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead)).toISOString();
  return { periodStart: month(0), periodEnd: month(1) };
}

function tokens(random: Random): Tokens {
  return {
    input_tokens: random.int(100, 4000),
    output_tokens: random.int(50, 1500),
    cache_read_input_tokens: random.int(0, 40_000),
    cache_write_input_tokens: random.int(0, 5000),
  };
}
