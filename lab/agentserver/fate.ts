import { DEFAULT_MAX_TOKENS } from './budgets.ts';
import type { Random } from './random.ts';

/** What becomes of a thread, decided at its start so that every kind turns up often enough. */
export interface Fate {
  readonly kind: 'completed' | 'failed' | 'killed';
  /** Hops after which it fails or is killed. */
  readonly atHop: number;
  /** Hops after which agents only answer. */
  readonly hops: number;
  readonly tokensPerCall: number;
  /** A budget other than the default. */
  readonly maxTokens: number | null;
  /** Exhausted threads mostly fail; a few finish all the same. */
  readonly mayOverspend: boolean;
}

const SMALL_BUDGET = 8_000;
const SMALL_BUDGET_SHARE = 0.05;
/** Model calls a conversation makes per hop, measured over 6,000 of them. */
const CALLS_PER_HOP = 0.9;
const MIN_CALLS = 6;

export function drawFate(random: Random): Fate {
  const hops = random.int(4, 22);
  const maxTokens = random.chance(SMALL_BUDGET_SHARE) ? SMALL_BUDGET : null;
  const calls = Math.max(MIN_CALLS, hops * CALLS_PER_HOP);
  const luck = random.next();
  return {
    kind: luck < 0.86 ? 'completed' : luck < 0.94 ? 'failed' : 'killed',
    atHop: random.int(1, hops),
    hops,
    tokensPerCall: ((maxTokens ?? DEFAULT_MAX_TOKENS) * drawAppetite(random)) / calls,
    maxTokens,
    mayOverspend: random.chance(0.15),
  };
}

/** The share of its budget a thread is going to use: most stay calm, some run hot. */
function drawAppetite(random: Random): number {
  const kind = random.next();
  if (kind < 0.55) return 0.05 + random.next() * 0.55;
  if (kind < 0.7) return 0.7 + random.next() * 0.2;
  if (kind < 0.85) return 0.86 + random.next() * 0.1;
  return 0.95 + random.next() * 0.15;
}
