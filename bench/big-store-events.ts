import type { PreparedEvent } from '#db/store.ts';
import type { Random } from '#lab/agentserver/random.ts';
import { createRandom } from '#lab/agentserver/random.ts';
import { DAY_MS, HOUR_MS } from '#organism/durations.ts';
import type { AppliedPrice } from '#organism/event.ts';
import type { TokenClasses } from '#organism/tokens.ts';

/** Part of the cache's name: another number builds the stores anew. */
export const GENERATOR_VERSION = 2;

export interface BigStoreSize {
  /** Model calls. */
  readonly rows: number;
  readonly messages: number;
}

const ORGS = 10;
const AGENTS = 200;
const CALLS_PER_THREAD = 200;
/** Threads at work at the same time. */
const ACTIVE_THREADS = 150;
/** Now and then somebody comes back to a thread of any age. */
const REVIVED_SHARE = 0.01;
const USERS = 100;
const BUDGET_EVERY = 60;
const ERROR_EVERY = 1000;
const DAYS = 365;
/** How busy each UTC hour is. */
const HOUR_WEIGHTS = [
  2, 2, 1, 1, 1, 2, 4, 8, 12, 14, 14, 12, 8, 12, 14, 14, 12, 9, 6, 5, 4, 3, 3, 2,
];

/** Fixed, so that a cached store is the same store tomorrow; both days the clocks change are in it. */
export const BIG_STORE_TO = Date.UTC(2026, 10, 1);
export const BIG_STORE_FROM = BIG_STORE_TO - DAYS * DAY_MS;

interface Model {
  readonly name: string;
  readonly provider: string;
  /** Nano-dollars per million prompt and completion tokens; null: no price of ours. */
  readonly price: readonly [prompt: number, completion: number] | null;
  /** What the source says it cost, where we have no price. */
  readonly isReported: boolean;
}

const MODELS: readonly Model[] = [
  model('claude-sonnet-4-5', 'anthropic', [3e9, 15e9]),
  model('gpt-5', 'openai', [1.25e9, 10e9]),
  model('gpt-4o-mini', 'openai', [0.15e9, 0.6e9]),
  model('claude-opus-4-5', 'anthropic', [5e9, 25e9]),
  model('gemini-2.5-pro', 'google', [1.25e9, 10e9]),
  model('grok-4-fast', 'xai', [0.2e9, 0.5e9]),
  { ...model('mystery-70b', 'gateway', null), isReported: true },
  model('mystery-7b-instruct', 'local', null),
];

function model(name: string, provider: string, price: Model['price']): Model {
  return { name, provider, price, isReported: false };
}

interface Cast {
  readonly orgOf: (thread: number) => number;
  readonly idOf: (thread: number) => string;
  readonly agentOf: (thread: number, random: Random) => number;
}

/**
 * The events of a year in the order of time: calls with a message among every few, threads as they
 * begin and end, budget readings, errors. The same size gives the same events.
 */
export function* createBigStoreEvents({ rows, messages }: BigStoreSize): Generator<PreparedEvent> {
  const random = createRandom(7);
  const threads = Math.max(1, Math.round(rows / CALLS_PER_THREAD));
  const cast = createCast(threads);
  const words = createWords();
  const clock = createClock(rows);
  const callsPerMessage = rows / Math.max(1, messages);
  let begun = 0;
  let said = 0;
  for (let agent = 0; agent < AGENTS; agent += 1) yield agentEvent(agent);
  for (let call = 0; call < rows; call += 1) {
    const at = clock(call, random);
    const newest = Math.min(threads - 1, Math.floor(call / CALLS_PER_THREAD));
    for (; begun <= newest; begun += 1) {
      yield threadEvent(cast, begun, at, 'active');
      const ended = begun - ACTIVE_THREADS;
      if (ended >= 0)
        yield threadEvent(cast, ended, at, random.chance(0.95) ? 'completed' : 'failed');
    }
    const oldest = random.chance(REVIVED_SHARE) ? 0 : Math.max(0, newest - ACTIVE_THREADS + 1);
    const thread = random.int(oldest, newest);
    const agent = cast.agentOf(thread, random);
    yield callEvent(cast, { call, at, thread, agent }, random);
    if (said * callsPerMessage <= call && said < messages) {
      said += 1;
      yield messageEvent(cast, { at, thread, agent, text: words.text(random) }, random);
    }
    if (call % BUDGET_EVERY === 0) yield budgetEvent(cast, thread, at, random);
    if (call % ERROR_EVERY === 0) yield errorEvent(cast, { call, at, thread, agent }, random);
  }
}

function createCast(threads: number): Cast {
  const names = createRandom(11);
  const ids = Array.from({ length: threads }, () => names.uuid());
  const orgOf = (thread: number): number => (Math.imul(thread, 2_654_435_761) >>> 0) % ORGS;
  return {
    orgOf,
    idOf: (thread) => ids[thread] ?? '',
    // An org's agents are every tenth; a thread knows three of them, low numbers are busier.
    agentOf(thread, random) {
      const perOrg = AGENTS / ORGS;
      const lead = Math.floor(createRandom(thread * 3 + random.int(0, 2)).next() ** 2 * perOrg);
      return orgOf(thread) + ORGS * lead;
    },
  };
}

/** Evenly over the days, unevenly over the hours, never backwards. */
function createClock(rows: number): (call: number, random: Random) => number {
  const total = HOUR_WEIGHTS.reduce((sum, weight) => sum + weight, 0);
  const ends: number[] = [];
  HOUR_WEIGHTS.reduce((sum, weight) => {
    ends.push((sum + weight) / total);
    return sum + weight;
  }, 0);
  return (call, random) => {
    const share = ((call + random.next()) / rows) * DAYS;
    const day = Math.min(DAYS - 1, Math.floor(share));
    const part = share - day;
    const hour = Math.min(23, ends.findIndex((end) => part < end) & 31);
    const start = ends[hour - 1] ?? 0;
    const within = (part - start) / ((ends[hour] ?? 1) - start);
    const at = BIG_STORE_FROM + day * DAY_MS + (hour + Math.min(0.999_999, within)) * HOUR_MS;
    return Math.round(at * 1000) / 1000;
  };
}

interface Place {
  readonly at: number;
  readonly thread: number;
  readonly agent: number;
}

const base = (key: string, at: number) => ({ key, occurredAt: at, receivedAt: at + 250 });
const agentName = (agent: number): string => `agent-${String(agent).padStart(3, '0')}`;

function agentEvent(agent: number): PreparedEvent {
  const name = agentName(agent);
  return {
    ...base(`agent:${name}:0`, BIG_STORE_FROM),
    type: 'agent',
    agent: name,
    isAgent: agent % 5 !== 4,
    description: `Does the work of desk ${agent}`,
    peers: [],
    payloadClass: 'Task',
  };
}

function threadEvent(cast: Cast, thread: number, at: number, status: string): PreparedEvent {
  const threadId = cast.idOf(thread);
  const isNew = status === 'active';
  return {
    ...base(`${isNew ? 'thread' : 'thread_updated'}:${threadId}:${status}`, at),
    type: isNew ? 'thread_created' : 'thread_updated',
    threadId,
    status,
    ...(isNew ? { createdAt: at } : {}),
  };
}

function callEvent(cast: Cast, place: Place & { call: number }, random: Random): PreparedEvent {
  const { call, at, thread, agent } = place;
  // Most agents have a model of their own and try the others now and then.
  const index = random.chance(0.75) ? agent % 5 : Math.floor(random.next() ** 1.5 * MODELS.length);
  const { name, provider, price, isReported } = MODELS[index] ?? MODELS[0]!;
  const tokens = drawTokens(random);
  const costNanos = price === null ? null : costOf(tokens, price);
  return {
    ...base(`usage:${call + 1}`, at),
    type: 'usage',
    id: String(call + 1),
    threadId: cast.idOf(thread),
    agent: agentName(agent),
    model: name,
    provider,
    org: `org-${cast.orgOf(thread)}`,
    user: `u-${random.int(1, USERS)}`,
    tokens,
    notReported: ['cacheWrite'],
    // Eighths add up exactly, in whatever order.
    latencyMs: Math.round((180 + tokens.outputVisible * (4 + random.next() * 9)) * 8) / 8,
    reportedCostNanos: isReported ? tokens.inputFresh * 700 : null,
    costNanos,
    price: price === null ? null : appliedPrice(name, provider, price),
  };
}

function drawTokens(random: Random): TokenClasses {
  const prompt = 400 + Math.floor(random.next() ** 3 * 12_000);
  const cacheRead = random.chance(0.4) ? Math.floor(prompt * random.next()) : 0;
  const completion = 40 + Math.floor(random.next() ** 2 * 2000);
  const reasoning = random.chance(0.3) ? Math.floor(completion * random.next()) : 0;
  return {
    inputFresh: prompt - cacheRead,
    cacheRead,
    cacheWrite: 0,
    outputVisible: completion - reasoning,
    reasoning,
  };
}

function costOf(tokens: TokenClasses, [prompt, completion]: readonly [number, number]): number {
  const promptNanos = (tokens.inputFresh + tokens.cacheRead / 10) * prompt;
  const completionNanos = (tokens.outputVisible + tokens.reasoning) * completion;
  return Math.round((promptNanos + completionNanos) / 1e6);
}

const prices = new Map<string, AppliedPrice>();

function appliedPrice(
  name: string,
  provider: string,
  [prompt, completion]: readonly [number, number],
): AppliedPrice {
  let price = prices.get(name);
  if (price === undefined) {
    const unitNanos = {
      inputFresh: prompt,
      cacheRead: prompt / 10,
      cacheWrite: prompt * 1.25,
      outputVisible: completion,
      reasoning: completion,
    };
    price = { source: 'bench', version: '2026-10', provider, model: name, unitNanos };
    prices.set(name, price);
  }
  return price;
}

function messageEvent(
  cast: Cast,
  { at, thread, agent, text }: Place & { readonly text: string },
  random: Random,
): PreparedEvent {
  const id = random.uuid();
  const isFirst = random.chance(0.1);
  return {
    ...base(`message:${id}`, at),
    type: 'message',
    id,
    threadId: cast.idOf(thread),
    from: isFirst ? 'operator' : agentName(cast.agentOf(thread, random)),
    to: agentName(agent),
    payloadType: random.pick(['Task', 'Answer', 'Question', 'Review']),
    payload: { text, round: random.int(1, 9) },
  };
}

function budgetEvent(cast: Cast, thread: number, at: number, random: Random): PreparedEvent {
  const threadId = cast.idOf(thread);
  const maxTokens = random.pick([100_000, 500_000, 1_000_000]);
  const totalTokens = Math.floor(maxTokens * random.next() ** 2);
  const completionTokens = Math.floor(totalTokens / 5);
  return {
    ...base(`budget:${threadId}:${at}`, at),
    type: 'budget',
    threadId,
    maxTokens,
    promptTokens: totalTokens - completionTokens,
    completionTokens,
    totalTokens,
  };
}

const ERROR_TEXTS = [
  'The tool timed out after 30 s',
  'Rate limit of the provider reached',
  'The answer was not valid JSON',
  'Budget of the thread exhausted',
];

function errorEvent(cast: Cast, place: Place & { call: number }, random: Random): PreparedEvent {
  return {
    ...base(`error:${place.call}`, place.at),
    type: 'error',
    threadId: cast.idOf(place.thread),
    agent: agentName(place.agent),
    text: random.pick(ERROR_TEXTS),
    severity: random.pick(['warning', 'error', 'error', 'fatal']),
  };
}

const SYLLABLES =
  'ba be bi bo da de di do fa fe ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe ra re ri ro sa se si so ta te ti to va ve vi vo za zo'.split(
    ' ',
  );
const VOCABULARY = 20_000;

/** Texts whose words are spread as in speech: a few in every text, most in hardly any. */
function createWords(): { readonly text: (random: Random) => string } {
  const spelling = createRandom(13);
  const words = Array.from({ length: VOCABULARY }, () =>
    Array.from({ length: spelling.int(2, 4) }, () => spelling.pick(SYLLABLES)).join(''),
  );
  return {
    text(random) {
      const count = random.int(8, 40);
      let text = '';
      for (let i = 0; i < count; i += 1) {
        // The n-th word comes about 1/n as often as the first.
        const rank = Math.floor(VOCABULARY ** random.next()) - 1;
        text += `${i === 0 ? '' : ' '}${words[rank] ?? ''}`;
      }
      return text;
    },
  };
}
