import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type { ModelPrice, PriceCalculation, TieredPrices } from '@pydantic/genai-prices';
import { calcPrice, findProvider } from '@pydantic/genai-prices';

import { usdToNanos } from '#organism/money.ts';
import { isRecord } from '#organism/record.ts';
import type { TokenClasses } from '#organism/tokens.ts';

/** A price that may step with the prompt: the whole request pays the step it reaches. */
export interface Rate {
  /** Nano-dollars per million tokens. */
  readonly base: number;
  /** In rising order; a step holds for prompts of more than `above` tokens. */
  readonly steps: readonly { readonly above: number; readonly nanos: number }[];
}

/** What one model costs at one time; null where the table has no price for that kind of token. */
export interface Rates {
  readonly provider: string;
  readonly model: string;
  readonly classes: Readonly<Record<keyof TokenClasses, Rate | null>>;
  /** Of cache writes kept for an hour; null: they cost what the others do. */
  readonly cacheWrite1h: Rate | null;
  /** A fee per call that some models have beside their tokens. */
  readonly perRequestNanos: number;
}

export type RateLookup =
  | { readonly found: true; readonly rates: Rates; readonly validity: Validity }
  | { readonly found: false; readonly reason: 'unknown-provider' | 'unknown-model' };

/** How long an answer holds: for ever, for its UTC day, or only at its instant (off-peak hours). */
export type Validity = 'always' | 'day' | 'instant';

export interface RateQuery {
  /** Lower case; empty when the source does not say. */
  readonly provider: string;
  readonly model: string;
  /** URL the source called, for providers it does not name. */
  readonly endpoint: string;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
}

/** Names sources use that the table does not know, or knows as someone else's prices. */
const PROVIDER_ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    xai: 'x-ai',
    x_ai: 'x-ai',
    'x.ai': 'x-ai',
    'xai.chat': 'x-ai',
    'xai.responses': 'x-ai',
    grok: 'x-ai',
    'gcp.gen_ai': 'google',
    gemini: 'google',
    firstparty: 'anthropic',
    'azure.ai.openai': 'azure',
    'azure.ai.inference': 'azure',
    azure_openai: 'azure',
    'azure-openai': 'azure',
    'aws.bedrock': 'aws',
    aws_bedrock: 'aws',
    bedrock: 'aws',
    'amazon-bedrock': 'aws',
    amazon_bedrock: 'aws',
  }),
);

/** Version of the price table in use, from the package itself. */
export function readTableVersion(): string {
  const entry = createRequire(import.meta.url).resolve('@pydantic/genai-prices');
  const manifest: unknown = JSON.parse(
    readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8'),
  );
  const version = isRecord(manifest) ? manifest['version'] : undefined;
  if (typeof version === 'string') return version;
  throw new Error('@pydantic/genai-prices: package.json has no version');
}

/** The provider's name as the table has it. */
export function normaliseProvider(provider: string): string {
  const name = provider.trim().toLowerCase();
  return PROVIDER_ALIASES.get(name) ?? name;
}

/** Looks a model up in the bundled table, offline; some ten microseconds. */
export function findRates(query: RateQuery): RateLookup {
  const provider = providerFor(query);
  const where = locate(provider, query.endpoint);
  if (where === null) return { found: false, reason: 'unknown-provider' };
  const calculation = calcPrice({ input_tokens: 0 }, query.model, {
    ...where,
    timestamp: new Date(query.occurredAt),
  });
  if (calculation === null) return { found: false, reason: 'unknown-model' };
  return { found: true, rates: toRates(calculation), validity: validityOf(calculation) };
}

/**
 * Bedrock's own ids say where they run, and regional ones cost a tenth more. A bare name says
 * nothing: it gets the maker's list price, which is Bedrock's global one.
 */
function providerFor({ provider, model }: RateQuery): string {
  return provider === 'aws' && model.startsWith('claude') ? 'anthropic' : provider;
}

function locate(
  provider: string,
  endpoint: string,
): { providerId?: string; providerApiUrl?: string } | null {
  const isNamed = provider !== '' && findProvider({ providerId: provider }) !== undefined;
  if (isNamed) return { providerId: provider };
  if (endpoint !== '') {
    const isKnown = findProvider({ providerApiUrl: endpoint }) !== undefined;
    if (isKnown) return { providerApiUrl: endpoint };
  }
  return provider === '' ? {} : null;
}

function toRates({ provider, model, model_price: price }: PriceCalculation): Rates {
  const input = toRate(price, 'input_mtok');
  const output = toRate(price, 'output_mtok');
  return {
    provider: provider.id,
    model: model.id,
    classes: {
      inputFresh: input,
      cacheRead: toRate(price, 'cache_read_mtok') ?? input,
      cacheWrite: toRate(price, 'cache_write_mtok') ?? input,
      outputVisible: output,
      reasoning: toRate(price, 'output_reasoning_mtok') ?? output,
    },
    cacheWrite1h: toRate(price, 'cache_write_1h_mtok'),
    perRequestNanos: (toRate(price, 'requests_kcount')?.base ?? 0) / 1000,
  };
}

function toRate(price: ModelPrice, key: string): Rate | null {
  const entry = price[key];
  if (entry === undefined) return null;
  const { base, tiers } = typeof entry === 'number' ? { base: entry, tiers: [] } : entry;
  const baseNanos = usdToNanos(base);
  if (baseNanos === null) return null;
  return { base: baseNanos, steps: toSteps(tiers) };
}

function toSteps(tiers: TieredPrices['tiers']): Rate['steps'] {
  return tiers
    .map(({ start, price }) => ({ above: start, nanos: usdToNanos(price) ?? 0 }))
    .sort((a, b) => a.above - b.above);
}

function validityOf({ model }: PriceCalculation): Validity {
  if (!Array.isArray(model.prices)) return 'always';
  const isTimed = model.prices.some(({ constraint }) => constraint?.type === 'time_of_date');
  return isTimed ? 'instant' : 'day';
}
