import { readFileSync } from 'node:fs';

import { calcPrice, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { usdToNanos } from '#organism/money.ts';
import type { TokenClasses } from '#organism/tokens.ts';
import { promptTokens, totalTokens, ZERO_TOKENS } from '#organism/tokens.ts';

import { AppError } from '../app-error.ts';
import { checkOverrides } from './price-overrides.ts';
import { createPricer } from './price.ts';

const pricer = createPricer();
const OCT_2026 = Date.UTC(2026, 9, 1);
/** 10,000 prompt tokens of which 4,000 read from and 1,000 written to a cache; 2,000 out. */
const CALL: TokenClasses = {
  inputFresh: 5000,
  cacheRead: 4000,
  cacheWrite: 1000,
  outputVisible: 2000,
  reasoning: 0,
};
const PROVIDERS = (
  'anthropic arcee avian aws azure baseten cerebras cloudflare cohere cursor deepseek doubleword ' +
  'fireworks github-copilot google groq huggingface_groq minimax mistral modal moonshotai novita ' +
  'openai openrouter ovhcloud perplexity together voyageai x-ai zai zhipuai'
).split(' ');

function price(model: string, provider = '', more: Partial<TokenClasses> = {}, at = OCT_2026) {
  return pricer.priceUsage({
    model,
    provider,
    tokens: { ...CALL, ...more },
    occurredAt: at,
  });
}

const MODELS = PROVIDERS.flatMap((provider) =>
  (findProvider({ providerId: provider })?.models ?? []).map(({ id }) => ({ provider, model: id })),
);

describe('the table of known prices', () => {
  it.each([
    ['gpt-5', 28_000_000],
    ['gpt-5-2025-08-07', 28_000_000],
    ['gpt-5.1', 28_000_000],
    ['gpt-5.5', 92_000_000],
    ['claude-sonnet-4-5', 49_950_000],
    ['claude-sonnet-4-5-20250929', 49_950_000],
    ['claude-opus-4-1', 249_750_000],
    ['claude-opus-4-5', 83_250_000],
    ['claude-opus-4-8', 83_250_000],
    ['gemini-2.5-pro', 28_000_000],
    ['grok-4', 51_000_000],
    ['grok-4-fast', 2_400_000],
  ])('%s', (model, costNanos) => {
    expect(price(model).costNanos).toBe(costNanos);
  });

  it('keeps the unit prices of each class, its source and its version', () => {
    const { version } = JSON.parse(
      readFileSync('node_modules/@pydantic/genai-prices/package.json', 'utf8'),
    );
    expect(pricer.version).toBe(version);
    expect(price('claude-sonnet-4-5', 'anthropic')).toEqual({
      costNanos: 49_950_000,
      price: {
        source: 'genai-prices',
        version,
        provider: 'anthropic',
        model: 'claude-sonnet-4-5',
        unitNanos: {
          inputFresh: 3_000_000_000,
          cacheRead: 300_000_000,
          cacheWrite: 3_750_000_000,
          outputVisible: 15_000_000_000,
          reasoning: 15_000_000_000,
        },
        cacheWrite1hNanos: 6_000_000_000,
      },
    });
  });

  it('prices cache writes as input where the table has no write price', () => {
    expect(price('gpt-5').price?.unitNanos).toMatchObject({
      inputFresh: 1_250_000_000,
      cacheRead: 125_000_000,
      cacheWrite: 1_250_000_000,
    });
  });

  it('prices reasoning as output', () => {
    expect(price('gpt-5', 'openai', { outputVisible: 500, reasoning: 1500 }).costNanos).toBe(
      price('gpt-5', 'openai').costNanos,
    );
  });

  it('moves the whole request to the tier its prompt reaches, whatever came before', () => {
    const cost = (inputFresh: number) =>
      price('gemini-2.5-pro', 'google', {
        inputFresh,
        cacheRead: 0,
        cacheWrite: 0,
        outputVisible: 1000,
      });
    for (let round = 0; round < 2; round += 1) {
      expect(cost(150_000).costNanos).toBe(197_500_000);
      expect(cost(200_000).costNanos).toBe(260_000_000);
      expect(cost(200_001).costNanos).toBe(515_002_500);
      expect(cost(250_000).costNanos).toBe(640_000_000);
    }
    expect(cost(150_000).price?.unitNanos.inputFresh).toBe(1_250_000_000);
    expect(cost(250_000).price?.unitNanos.inputFresh).toBe(2_500_000_000);
  });

  it('gives the calls of a tier the same price, not one like it', () => {
    const of = (inputFresh: number) => price('gemini-2.5-pro', 'google', { inputFresh }).price;
    expect(of(1000)).toBe(of(2000));
    expect(of(250_000)).toBe(of(300_000));
    expect(of(1000)).not.toEqual(of(300_000));
  });

  it('uses the price of the time of the call', () => {
    const input = { inputFresh: 1_000_000, cacheRead: 0, cacheWrite: 0, outputVisible: 0 };
    const cost = (at: number) => price('o3', 'openai', input, at).costNanos;
    for (let round = 0; round < 2; round += 1) {
      expect(cost(Date.UTC(2025, 2, 1))).toBe(10_000_000_000);
      expect(cost(Date.UTC(2025, 5, 9, 23, 59))).toBe(10_000_000_000);
      expect(cost(Date.UTC(2025, 6, 1))).toBe(2_000_000_000);
    }
  });

  it('knows off-peak hours', () => {
    const peak = price('deepseek-chat', 'deepseek', {}, Date.UTC(2025, 7, 1, 12)).costNanos;
    const offPeak = price('deepseek-chat', 'deepseek', {}, Date.UTC(2025, 7, 1, 20)).costNanos;
    expect(offPeak).toBeLessThan(peak ?? 0);
    expect(price('deepseek-chat', 'deepseek', {}, Date.UTC(2025, 7, 1, 12)).costNanos).toBe(peak);
  });
});

describe('providers by the names sources use', () => {
  it.each([
    ['gpt-5', 'openai.responses', 'openai'],
    ['gpt-5', ' OpenAI ', 'openai'],
    ['gpt-5', 'azure.ai.openai', 'azure'],
    ['claude-sonnet-4-5', 'firstParty', 'anthropic'],
    ['claude-sonnet-4-5', 'gcp.vertex_ai', 'google'],
    ['gemini-2.5-pro', 'gcp.gen_ai', 'google'],
    ['gemini-2.5-pro', 'gcp.gemini', 'google'],
    ['grok-4', 'xai', 'x-ai'],
    ['grok-4', 'x_ai', 'x-ai'],
    ['grok-4', 'xai.chat', 'x-ai'],
    ['grok-4', '', 'x-ai'],
    ['claude-sonnet-4-5', 'aws.bedrock', 'anthropic'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'aws.bedrock', 'aws'],
    ['anthropic/claude-sonnet-4.5', 'openrouter', 'openrouter'],
  ])('%s at %j is priced by %s', (model, provider, table) => {
    expect(price(model, provider).price?.provider).toBe(table);
  });

  it('charges a Bedrock region its tenth, and a bare name the list price', () => {
    const list = price('claude-sonnet-4-5', 'anthropic').costNanos;
    const id = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
    expect(price('claude-sonnet-4-5-20250929', 'bedrock').costNanos).toBe(list);
    expect(price(`global.${id}`, 'bedrock').costNanos).toBe(list);
    expect(price(`eu.${id}`, 'bedrock').costNanos).toBe(54_945_000);
    expect(price(id, 'bedrock').costNanos).toBe(54_945_000);
  });

  it('asks the endpoint where the provider says nothing', () => {
    const usage = { model: 'gpt-5', tokens: CALL, occurredAt: OCT_2026 };
    const endpoint = 'https://api.openai.com/v1/responses';
    for (const provider of ['', 'our-gateway']) {
      expect(pricer.priceUsage({ ...usage, provider, endpoint }).costNanos).toBe(28_000_000);
    }
  });
});

describe('unpriced is null with a reason, never zero', () => {
  it.each([
    ['mystery-7b-instruct', 'openai', 'unknown-model'],
    ['mystery-7b-instruct', '', 'unknown-model'],
    ['', '', 'unknown-model'],
    ['gpt-5', 'ollama', 'unknown-provider'],
    ['gpt-5', '__proto__', 'unknown-provider'],
    ['constructor', 'openai', 'unknown-model'],
    ['gpt-4.1', 'github-copilot', 'no-token-price'],
  ])('%j at %j: %s', (model, provider, reason) => {
    for (let round = 0; round < 2; round += 1) {
      expect(price(model, provider)).toEqual({ costNanos: null, price: null, reason });
    }
  });

  it('says so when the table cannot answer or the cost has no exact integer', () => {
    expect(price('o3', 'openai', {}, Number.NaN)).toMatchObject({ reason: 'lookup-failed' });
    expect(price('o3', 'openai', {}, 9e15)).toMatchObject({ reason: 'lookup-failed' });
    expect(price('o1-pro', 'openai', { outputVisible: 1e12 })).toMatchObject({
      reason: 'too-large',
    });
  });

  it('prints nothing, whatever it is asked', () => {
    const spies = (['log', 'info', 'warn', 'error'] as const).map((name) =>
      vi.spyOn(console, name),
    );
    for (const { provider, model } of MODELS) {
      price(model, provider);
      price(model, provider, { cacheRead: -1 }, Number.NaN);
    }
    expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([]);
    for (const spy of spies) spy.mockRestore();
  });

  it('prices a call of no tokens at zero where the model has a price', () => {
    expect(price('gpt-5', 'openai', ZERO_TOKENS)).toMatchObject({ costNanos: 0 });
  });
});

describe('laws', () => {
  const counts = fc.oneof(fc.nat(300_000), fc.nat(5_000_000));
  const tokenClasses = fc.record({
    inputFresh: counts,
    cacheRead: counts,
    cacheWrite: counts,
    outputVisible: counts,
    reasoning: counts,
  });

  it('is the library for every model it has, to the rounding of its unit prices', () => {
    // Bare Claude names at Bedrock are ours to map; the library has another price for some.
    const models = MODELS.filter(
      ({ provider, model }) => !(provider === 'aws' && model.startsWith('claude')),
    );
    expect(models.length).toBeGreaterThan(1000);
    const seen = { priced: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...models), tokenClasses, ({ provider, model }, tokens) => {
        const usage = {
          input_tokens: promptTokens(tokens),
          cache_read_tokens: tokens.cacheRead,
          cache_write_tokens: tokens.cacheWrite,
          output_tokens: tokens.outputVisible + tokens.reasoning,
          output_reasoning_tokens: tokens.reasoning,
        };
        const library = calcPrice(usage, model, {
          providerId: provider,
          timestamp: new Date(OCT_2026),
        });
        const ours = pricer.priceUsage({ model, provider, tokens, occurredAt: OCT_2026 });
        if (ours.costNanos === null) return ours.reason === 'no-token-price' || library === null;
        seen.priced += 1;
        const theirs = usdToNanos(library?.total_price ?? NaN) ?? NaN;
        return Math.abs(ours.costNanos - theirs) <= 1 + totalTokens(tokens) / 2_000_000;
      }),
      { numRuns: 5000 },
    );
    expect(seen.priced).toBeGreaterThan(3000);
  });

  it('the cost is the sum of its parts, rounded once', () => {
    const models = fc.constantFrom(
      'gpt-5',
      'gemini-2.5-pro',
      'claude-sonnet-4-5',
      'grok-4',
      'gpt-5.5',
    );
    fc.assert(
      fc.property(models, tokenClasses, (model, tokens) => {
        const { costNanos, price: applied } = price(model, '', tokens);
        const units = applied?.unitNanos ?? ZERO_TOKENS;
        let exact = 0n;
        for (const name of Object.keys(ZERO_TOKENS) as (keyof TokenClasses)[]) {
          exact += BigInt(tokens[name]) * BigInt(units[name]);
        }
        const twiceError = (BigInt(costNanos ?? -1) * 1_000_000n - exact) * 2n;
        expect(twiceError <= 1_000_000n && twiceError >= -1_000_000n).toBe(true);
      }),
    );
  });
});

describe('overrides', () => {
  const unitNanos = { ...ZERO_TOKENS, inputFresh: 1, outputVisible: 500_000, reasoning: 2_000_000 };
  const from = Date.UTC(2026, 0, 1);
  const to = Date.UTC(2027, 0, 1);
  const own = createPricer({
    overrides: checkOverrides([{ provider: 'xai', model: 'Grok-4', from, to, unitNanos }]),
  });
  const cost = (tokens: Partial<TokenClasses>, occurredAt = from, provider = 'x-ai') =>
    own.priceUsage({
      model: 'grok-4',
      provider,
      tokens: { ...ZERO_TOKENS, ...tokens },
      occurredAt,
    });

  it('win over the table in their time, for their provider', () => {
    expect(cost({ reasoning: 3 })).toEqual({
      costNanos: 6,
      price: {
        source: 'override',
        version: 'settings',
        provider: 'x-ai',
        model: 'grok-4',
        unitNanos,
      },
    });
    expect(cost({}, from - 1).price?.source).toBe('genai-prices');
    expect(cost({}, to).price?.source).toBe('genai-prices');
    expect(cost({}, from, 'openrouter').price?.source).not.toBe('override');
  });

  it('give a price to what the table does not know', () => {
    const any = createPricer({ overrides: checkOverrides([{ model: 'mystery-7b', unitNanos }]) });
    const usage = { model: 'mystery-7b', tokens: { ...ZERO_TOKENS, reasoning: 1 }, occurredAt: 0 };
    expect(any.priceUsage({ ...usage, provider: 'ollama' }).costNanos).toBe(2);
  });

  it('round half to even, in doubles and beyond them', () => {
    expect(cost({ outputVisible: 1 }).costNanos).toBe(0);
    expect(cost({ outputVisible: 3 }).costNanos).toBe(2);
    expect(cost({ outputVisible: 3, inputFresh: 1 }).costNanos).toBe(2);
    expect(cost({ outputVisible: 1, inputFresh: 1 }).costNanos).toBe(1);
    expect(cost({ outputVisible: 1e12 - 1 }).costNanos).toBe(500_000_000_000);
    expect(cost({ outputVisible: 1e12 - 3 }).costNanos).toBe(499_999_999_998);
  });

  it.each([
    [{ model: '', unitNanos }],
    [{ model: 'm', unitNanos: { ...unitNanos, reasoning: -1 } }],
    [{ model: 'm', unitNanos: { ...unitNanos, reasoning: 0.5 } }],
    [{ model: 'm', unitNanos, from: Number.NaN }],
  ])('refuse %j', (override) => {
    expect(() => checkOverrides([override])).toThrow(AppError);
    expect(() => checkOverrides([override])).toThrow(/price override 1/);
  });
});

describe('cache writes kept for an hour', () => {
  const tokens = { ...ZERO_TOKENS, cacheWrite: 1000 };
  const written = (cacheWrite1h: number | undefined, more: object = {}) =>
    pricer.priceUsage({
      model: 'claude-sonnet-4-5',
      provider: 'anthropic',
      tokens,
      occurredAt: OCT_2026,
      cacheWrite1h,
      ...more,
    }).costNanos;

  it.each([
    [undefined, 3_750_000],
    [0, 3_750_000],
    [1000, 6_000_000],
    [400, 600 * 3750 + 400 * 6000],
    // A part is never more than the whole.
    [5000, 6_000_000],
  ])('%s of 1,000 tokens', (hour, costNanos) => {
    expect(written(hour)).toBe(costNanos);
  });

  it('step up with the prompt, as the other prices', () => {
    const large = { ...ZERO_TOKENS, inputFresh: 200_000, cacheWrite: 1000 };
    expect(written(1000, { tokens: large })).toBe(200_000 * 6000 + 1000 * 12_000);
  });

  it('cost what all cache writes do where the table has no price of theirs', () => {
    const openai = { model: 'gpt-5', provider: 'openai' };
    expect(written(1000, openai)).toBe(written(undefined, openai));
  });

  it('are priced by an override that says how', () => {
    const unitNanos = { ...ZERO_TOKENS, cacheWrite: 1_000_000 };
    const own = { model: 'mine', unitNanos, cacheWrite1hNanos: 3_000_000 };
    const { costNanos, price: applied } = createPricer({
      overrides: checkOverrides([own]),
    }).priceUsage({
      model: 'mine',
      provider: '',
      tokens,
      cacheWrite1h: 10,
      occurredAt: OCT_2026,
    });
    expect([costNanos, applied?.cacheWrite1hNanos]).toEqual([990 + 30, 3_000_000]);
  });
});

describe('a covered call', () => {
  const cover = (model: string) =>
    pricer.priceUsage({
      model,
      provider: 'anthropic',
      tokens: CALL,
      occurredAt: OCT_2026,
      billing: 'subscription',
    });

  it('costs nothing and keeps what it would have cost', () => {
    expect(cover('claude-sonnet-4-5')).toMatchObject({
      costNanos: 0,
      listCostNanos: 49_950_000,
      price: { source: 'subscription', provider: 'anthropic' },
    });
    expect(cover('claude-opus-4-5').price).toBe(cover('claude-opus-4-5').price);
  });

  it('without a known list price costs nothing too, and says that none is known', () => {
    expect(cover('nobody-knows')).toEqual({ costNanos: 0, price: null, listCostNanos: null });
  });
});
