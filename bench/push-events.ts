import type { Random } from '#lab/agentserver/random.ts';
import { createRandom } from '#lab/agentserver/random.ts';
import type { DraftOf } from '#organism/event.ts';

const MODELS = [
  ['claude-sonnet-4-5', 'anthropic'],
  ['gpt-5', 'openai'],
  ['gpt-4o-mini', 'openai'],
  ['gemini-2.5-pro', 'google'],
  ['mystery-70b', 'gateway'],
] as const;
const AGENTS = 200;
const ORGS = 10;
const CALLS_PER_THREAD = 200;
/** Threads at work at the same time. */
const ACTIVE_THREADS = 150;

/**
 * Model calls as a busy fleet reports them now, as JSON, one after the other; another run gives
 * other keys, so that nothing is a duplicate.
 */
export function* createPushEvents(run: string, count: number): Generator<string> {
  const random = createRandom(7);
  const startedAt = Date.now();
  for (let call = 0; call < count; call += 1) {
    yield JSON.stringify(createCall(`${run}-${call}`, { call, at: startedAt + call / 50 }, random));
  }
}

function createCall(
  id: string,
  { call, at }: { readonly call: number; readonly at: number },
  random: Random,
): DraftOf<'usage'> {
  const newest = Math.floor(call / CALLS_PER_THREAD);
  const thread = random.int(Math.max(0, newest - ACTIVE_THREADS + 1), newest);
  const agent = (thread * 7 + random.int(0, 2) * 31) % AGENTS;
  const [model, provider] = MODELS[agent % MODELS.length] ?? MODELS[0];
  const prompt = random.int(400, 12_000);
  const cacheRead = random.chance(0.4) ? random.int(0, prompt) : 0;
  return {
    type: 'usage',
    key: `usage:${id}`,
    occurredAt: Math.round(at * 1000) / 1000,
    id,
    threadId: `${id.split('-')[0]}-0000-4000-8000-${String(thread).padStart(12, '0')}`,
    agent: `agent-${String(agent).padStart(3, '0')}`,
    model,
    provider,
    org: `org-${thread % ORGS}`,
    user: `u-${random.int(1, 100)}`,
    tokens: {
      inputFresh: prompt - cacheRead,
      cacheRead,
      cacheWrite: 0,
      outputVisible: random.int(40, 2000),
      reasoning: 0,
    },
    latencyMs: random.int(180, 20_000),
    reportedCostNanos: null,
  };
}
