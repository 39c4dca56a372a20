import { DAY_MS } from '#organism/durations.ts';
import type { AppliedPrice } from '#organism/event.ts';
import type { TokenClasses } from '#organism/tokens.ts';
import { TOKEN_CLASSES, promptTokens } from '#organism/tokens.ts';

import type { CheckedOverride } from './price-overrides.ts';
import type { Rate, RateLookup, RateQuery, Rates } from './price-rates.ts';
import { findRates, normaliseProvider, readTableVersion } from './price-rates.ts';

/** One call to be priced. */
interface UsageToPrice {
  readonly model: string;
  /** As the source names it; empty when it does not. */
  readonly provider: string;
  readonly tokens: TokenClasses;
  /** The part of `tokens.cacheWrite` that is kept for an hour. */
  readonly cacheWrite1h?: number | undefined;
  /** Epoch milliseconds: the price is the one of that time. */
  readonly occurredAt: number;
  /** URL the source called, for providers it does not name. */
  readonly endpoint?: string | undefined;
  /** Covered by a subscription: it costs 0, and what it would have cost is kept. */
  readonly billing?: 'subscription' | undefined;
}

/**
 * Null is unpriced, which is not zero. The cost is the sum of tokens × units / 1,000,000, rounded
 * once, half to even, plus the fee per call that a few search models have and `price` does not show.
 */
type PricedUsage =
  | { readonly costNanos: number; readonly price: AppliedPrice }
  | { readonly costNanos: null; readonly price: null; readonly reason: UnpricedReason };

/** Nothing is owed; the list price is what it would have been, null where nobody knows it. */
interface CoveredUsage {
  readonly costNanos: 0;
  readonly price: AppliedPrice | null;
  readonly listCostNanos: number | null;
}

type UnpricedReason =
  | 'unknown-provider'
  | 'unknown-model'
  /** The model is known, but not at a price for this kind of token. */
  | 'no-token-price'
  /** The table refused the question, such as a time that is no time. */
  | 'lookup-failed'
  | 'too-large';

interface Pricer {
  /** Version of the price table in use. */
  readonly version: string;
  priceUsage(usage: UsageToPrice): PricedUsage | CoveredUsage;
}

const TABLE = 'genai-prices';
/** In place of a price table, where a call was covered. */
const SUBSCRIPTION = 'subscription';
const TOKENS_PER_UNIT = 1_000_000;
/** Lookups remembered; emptied when full, as it only saves time. */
const MAX_CACHED_LOOKUPS = 10_000;
interface Quote {
  readonly rates: Rates;
  /** In rising order, the first for the smallest prompts; nearly always it is the only one. */
  readonly tiers: readonly Tier[];
  /** Whether it has a price for every kind of token. */
  readonly isComplete: boolean;
}

/** What prompts of more than `above` tokens cost: one object for all of them. */
interface Tier {
  readonly above: number;
  readonly price: AppliedPrice;
}
type Answer = Quote | { readonly reason: UnpricedReason };

/** An answer and the calls it is for: those from `from` and before `to`. */
interface Held {
  readonly answer: Answer;
  readonly from: number;
  readonly to: number;
}
const ALWAYS = { from: -Infinity, to: Infinity };
const NEVER = { from: Infinity, to: -Infinity };

/**
 * Prices calls from the table that came with the package, offline: the same call at the same time
 * costs the same until the package changes, and its version is kept with each price.
 */
export function createPricer(
  options: { overrides?: readonly CheckedOverride[] | undefined } = {},
): Pricer {
  const version = readTableVersion();
  const overrides = options.overrides ?? [];
  const answers = new Map<string, Held | 'daily'>();
  const latest = new Map<string, Map<string, Held>>();
  let latestCount = 0;
  /** One object for all calls of a price, as it is for those that are charged. */
  const coveredPrices = new WeakMap<AppliedPrice, AppliedPrice>();

  const remember = (key: string, held: Held | 'daily') => {
    if (answers.size >= MAX_CACHED_LOOKUPS) answers.clear();
    answers.set(key, held);
  };

  const ask = (query: RateQuery): Held => {
    const key = `${query.provider}\n${query.endpoint}\n${query.model}`;
    const known = answers.get(key);
    if (known !== undefined && known !== 'daily') return known;
    const day = Math.floor(query.occurredAt / DAY_MS);
    const dayKey = `${key}\n${day}`;
    const knownToday = known === 'daily' ? answers.get(dayKey) : undefined;
    if (knownToday !== undefined && knownToday !== 'daily') return knownToday;
    const lookup = lookUp(query);
    const answer = toAnswer(lookup, version);
    if (lookup === null) return { answer, ...NEVER };
    const validity = lookup.found ? lookup.validity : 'always';
    if (validity === 'instant') return { answer, ...NEVER };
    const isAlways = validity === 'always';
    const times = isAlways ? ALWAYS : { from: day * DAY_MS, to: (day + 1) * DAY_MS };
    const held = { answer, ...times };
    if (!isAlways) remember(key, 'daily');
    remember(isAlways ? key : dayKey, held);
    return held;
  };

  /** By the names as they came, before anything is made of them. */
  const hold = ({ provider, model }: UsageToPrice, held: Held): void => {
    if (latestCount >= MAX_CACHED_LOOKUPS) {
      latest.clear();
      latestCount = 0;
    }
    const byModel = latest.get(provider) ?? new Map<string, Held>();
    latest.set(provider, byModel);
    latestCount += byModel.has(model) ? 0 : 1;
    byModel.set(model, held);
  };

  const findLatest = ({ provider, model, occurredAt, endpoint }: UsageToPrice): Answer | null => {
    if (overrides.length > 0 || endpoint !== undefined) return null;
    const held = latest.get(provider)?.get(model);
    const isGood = held !== undefined && occurredAt >= held.from && occurredAt < held.to;
    return isGood ? held.answer : null;
  };

  function coverBySubscription({ costNanos, price }: PricedUsage): CoveredUsage {
    if (price === null) return { costNanos: 0, price: null, listCostNanos: null };
    const covered = coveredPrices.get(price) ?? { ...price, source: SUBSCRIPTION };
    coveredPrices.set(price, covered);
    return { costNanos: 0, price: covered, listCostNanos: costNanos };
  }

  function applyAnswer(usage: UsageToPrice, answer: Answer): PricedUsage {
    if ('reason' in answer) return unpriced(answer.reason);
    const { tokens } = usage;
    const { rates, tiers, isComplete } = answer;
    const isPriced =
      isComplete ||
      TOKEN_CLASSES.every((name) => tokens[name] === 0 || rates.classes[name] !== null);
    const tier = isPriced ? tierOf(tiers, tokens) : undefined;
    if (tier === undefined) return unpriced('no-token-price');
    return applyPrice(usage, tier.price, rates.perRequestNanos);
  }

  function priceAtList(usage: UsageToPrice): PricedUsage {
    const { occurredAt, endpoint } = usage;
    const known = findLatest(usage);
    if (known !== null) return applyAnswer(usage, known);
    const query = {
      provider: normaliseProvider(usage.provider),
      model: usage.model.trim().toLowerCase(),
      endpoint: endpoint ?? '',
      occurredAt,
    };
    const own = overrides.find((override) => applies(override, query));
    if (own !== undefined) return applyPrice(usage, own.price, 0);
    const held = ask(query);
    if (overrides.length === 0 && endpoint === undefined) hold(usage, held);
    return applyAnswer(usage, held.answer);
  }

  return {
    version,

    priceUsage(usage) {
      const priced = priceAtList(usage);
      return usage.billing === 'subscription' ? coverBySubscription(priced) : priced;
    },
  };
}

/** The table throws on what it cannot read; to a bill that is a call without a price. */
function lookUp(query: RateQuery): RateLookup | null {
  try {
    return findRates(query);
  } catch {
    return null;
  }
}

function toAnswer(lookup: RateLookup | null, version: string): Answer {
  if (lookup === null) return { reason: 'lookup-failed' };
  if (!lookup.found) return { reason: lookup.reason };
  const { rates } = lookup;
  const isComplete = TOKEN_CLASSES.every((name) => rates.classes[name] !== null);
  return { rates, tiers: tiersOf(rates, version), isComplete };
}

/** Calls of a tier share one price, which then crosses to the writer once and is looked up once. */
function tiersOf(rates: Rates, version: string): Tier[] {
  const all = [...TOKEN_CLASSES.map((name) => rates.classes[name]), rates.cacheWrite1h];
  const bounds = new Set(all.flatMap((rate) => rate?.steps.map(({ above }) => above) ?? []));
  return [-Infinity, ...[...bounds].sort((a, b) => a - b)].map((above) => ({
    above,
    price: priceAt(rates, above, version),
  }));
}

function tierOf(tiers: readonly Tier[], tokens: TokenClasses): Tier | undefined {
  if (tiers.length === 1) return tiers[0];
  const prompt = promptTokens(tokens);
  return tiers.findLast(({ above }) => prompt > above);
}

/** The unit prices from a bound on; a kind of token without a price counts as 0 units. */
function priceAt(rates: Rates, bound: number, version: string): AppliedPrice {
  const unitOf = (name: keyof TokenClasses) => rateAt(rates.classes[name], bound);
  return {
    source: TABLE,
    version,
    provider: rates.provider,
    model: rates.model,
    unitNanos: {
      inputFresh: unitOf('inputFresh'),
      cacheRead: unitOf('cacheRead'),
      cacheWrite: unitOf('cacheWrite'),
      outputVisible: unitOf('outputVisible'),
      reasoning: unitOf('reasoning'),
    },
    ...(rates.cacheWrite1h === null
      ? {}
      : { cacheWrite1hNanos: rateAt(rates.cacheWrite1h, bound) }),
  };
}

function rateAt(rate: Rate | null, bound: number): number {
  if (rate === null) return 0;
  return rate.steps.findLast((step) => bound >= step.above)?.nanos ?? rate.base;
}

function applyPrice(
  { tokens, cacheWrite1h = 0 }: UsageToPrice,
  price: AppliedPrice,
  perRequestNanos: number,
): PricedUsage {
  const { unitNanos, cacheWrite1hNanos: hourNanos = unitNanos.cacheWrite } = price;
  const hour = { tokens: Math.min(cacheWrite1h, tokens.cacheWrite), nanos: hourNanos };
  const costNanos = costOf(tokens, unitNanos, hour) + perRequestNanos;
  return Number.isSafeInteger(costNanos) ? { costNanos, price } : unpriced('too-large');
}

/** Cache writes kept for an hour: how many of all of them, and their price per million. */
interface HourWrites {
  readonly tokens: number;
  readonly nanos: number;
}

/**
 * Sums the classes exactly and rounds once, half to even. Unit prices are nearly always whole
 * nano-dollars per token, so splitting them keeps the products small enough for doubles.
 */
function costOf(tokens: TokenClasses, unitNanos: TokenClasses, hour: HourWrites): number {
  const { inputFresh, cacheRead, outputVisible, reasoning } = tokens;
  const cacheWrite = tokens.cacheWrite - hour.tokens;
  // Written out: a loop over the names costs more than all that is computed in it.
  const whole =
    inputFresh * Math.floor(unitNanos.inputFresh / TOKENS_PER_UNIT) +
    cacheRead * Math.floor(unitNanos.cacheRead / TOKENS_PER_UNIT) +
    cacheWrite * Math.floor(unitNanos.cacheWrite / TOKENS_PER_UNIT) +
    hour.tokens * Math.floor(hour.nanos / TOKENS_PER_UNIT) +
    outputVisible * Math.floor(unitNanos.outputVisible / TOKENS_PER_UNIT) +
    reasoning * Math.floor(unitNanos.reasoning / TOKENS_PER_UNIT);
  const parts =
    inputFresh * (unitNanos.inputFresh % TOKENS_PER_UNIT) +
    cacheRead * (unitNanos.cacheRead % TOKENS_PER_UNIT) +
    cacheWrite * (unitNanos.cacheWrite % TOKENS_PER_UNIT) +
    hour.tokens * (hour.nanos % TOKENS_PER_UNIT) +
    outputVisible * (unitNanos.outputVisible % TOKENS_PER_UNIT) +
    reasoning * (unitNanos.reasoning % TOKENS_PER_UNIT);
  if (!Number.isSafeInteger(whole) || !Number.isSafeInteger(parts)) {
    return costOfLarge(tokens, unitNanos, hour);
  }
  const rest = parts % TOKENS_PER_UNIT;
  const floor = whole + (parts - rest) / TOKENS_PER_UNIT;
  const isUp = rest * 2 > TOKENS_PER_UNIT || (rest * 2 === TOKENS_PER_UNIT && floor % 2 === 1);
  return isUp ? floor + 1 : floor;
}

function costOfLarge(tokens: TokenClasses, unitNanos: TokenClasses, hour: HourWrites): number {
  const unit = BigInt(TOKENS_PER_UNIT);
  let total = BigInt(hour.tokens) * (BigInt(hour.nanos) - BigInt(unitNanos.cacheWrite));
  for (const name of TOKEN_CLASSES) total += BigInt(tokens[name]) * BigInt(unitNanos[name]);
  const floor = total / unit;
  const twiceRest = (total % unit) * 2n;
  const isUp = twiceRest > unit || (twiceRest === unit && floor % 2n === 1n);
  return Number(isUp ? floor + 1n : floor);
}

function unpriced(reason: UnpricedReason): PricedUsage {
  return { costNanos: null, price: null, reason };
}

function applies(override: CheckedOverride, query: RateQuery): boolean {
  const isNamed = override.provider === null || override.provider === query.provider;
  const isInTime = query.occurredAt >= override.from && query.occurredAt < override.to;
  return isNamed && isInTime && override.price.model === query.model;
}
