import type { Random } from './random.ts';

/** What one model call cost in tokens, as the usage history reports it. */
export interface ModelCall {
  readonly threadId: string;
  readonly agentId: string | null;
  readonly model: string;
  readonly provider: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly latencyMs: number;
  /** US dollars, six decimals; null where this server knows no price. */
  readonly estimatedCost: number | null;
  readonly orgId: string | null;
  readonly userId: string | null;
}

interface LabModel {
  readonly name: string;
  readonly provider: string;
  /** How often it is called beside the others. */
  readonly weight: number;
  /** US dollars per million tokens; null means calls come without a cost. */
  readonly price: { readonly prompt: number; readonly completion: number } | null;
}

const MODELS: readonly LabModel[] = [
  { name: 'gpt-5', provider: 'openai', weight: 5, price: { prompt: 1.25, completion: 10 } },
  { name: 'gpt-4o-mini', provider: 'openai', weight: 6, price: { prompt: 0.15, completion: 0.6 } },
  {
    name: 'claude-sonnet-4-5',
    provider: 'anthropic',
    weight: 6,
    price: { prompt: 3, completion: 15 },
  },
  { name: 'claude-opus-4-5', provider: 'anthropic', weight: 1, price: null },
  { name: 'gemini-2.5-pro', provider: 'google', weight: 3, price: null },
  { name: 'grok-4-fast', provider: 'xai', weight: 3, price: { prompt: 0.2, completion: 0.5 } },
  { name: 'mystery-7b-instruct', provider: 'local', weight: 2, price: null },
];
const DRAW: readonly LabModel[] = MODELS.flatMap((model) =>
  Array.from({ length: model.weight }, () => model),
);

/** Who pays: three organisations, and work that names none. */
export interface Payer {
  readonly orgId: string | null;
  readonly userId: string | null;
}
const ORGS = ['org-acme', 'org-globex', 'org-initech'] as const;
const USERS_PER_ORG = 4;
const UNOWNED_SHARE = 0.05;
const UNATTRIBUTED_SHARE = 0.03;

export function drawPayer(random: Random): Payer {
  if (random.chance(UNOWNED_SHARE)) return { orgId: null, userId: null };
  const org = random.pick(ORGS);
  return { orgId: org, userId: `u-${ORGS.indexOf(org) * 10 + random.int(1, USERS_PER_ORG)}` };
}

export interface CallOrder {
  readonly threadId: string;
  readonly agentId: string;
  readonly payer: Payer;
  /** Prompt and completion together. */
  readonly totalTokens: number;
}

/** One call; a few are attributed to nobody, as the recorded server's were. */
export function drawCall(random: Random, order: CallOrder): ModelCall {
  const model = random.pick(DRAW);
  const completionTokens = Math.round(order.totalTokens * (0.08 + random.next() * 0.3));
  const promptTokens = order.totalTokens - completionTokens;
  const isUnattributed = random.chance(UNATTRIBUTED_SHARE);
  return {
    threadId: isUnattributed ? '' : order.threadId,
    agentId: isUnattributed ? null : order.agentId,
    model: model.name,
    provider: model.provider,
    promptTokens,
    completionTokens,
    latencyMs: 180 + completionTokens * (4 + random.next() * 9),
    estimatedCost: costOf(model, promptTokens, completionTokens),
    orgId: isUnattributed ? null : order.payer.orgId,
    userId: isUnattributed ? null : order.payer.userId,
  };
}

function costOf(model: LabModel, promptTokens: number, completionTokens: number): number | null {
  if (model.price === null) return null;
  const dollars =
    (promptTokens * model.price.prompt + completionTokens * model.price.completion) / 1e6;
  return Math.round(dollars * 1e6) / 1e6;
}
