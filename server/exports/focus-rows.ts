import type { UsageCharge } from '#db/store.ts';
import type { CalendarDay } from '#organism/utc-days.ts';
import { clamp } from '#organism/utc-days.ts';

import type { Cell } from './csv.ts';
import type { FocusColumnName } from './focus-columns.ts';
import type { FocusLine, Meter } from './focus-lines.ts';
import { linesOf } from './focus-lines.ts';

/** A row by the names of its columns. */
export type FocusRow = Readonly<Record<FocusColumnName, Cell>>;

/** One for each price of the day's charges, in no order. */
export function rowsOfDay(
  charges: readonly UsageCharge[],
  day: CalendarDay,
  organismId: string,
): FocusRow[] {
  return mergeLines(charges).map(({ charge, line }) => ({
    ...periodFacts(day),
    ...accountFacts(charge, organismId),
    ...costFacts(charge, line),
    ...skuFacts(charge, line),
    BillingCurrency: 'USD',
    ChargeCategory: 'Usage',
    ChargeClass: null,
    ChargeFrequency: 'Usage-Based',
    PricingCategory: 'Standard',
    ServiceCategory: 'AI and Machine Learning',
    ServiceSubcategory: 'Generative AI',
    x_Billing: charge.billing,
    x_CostBasis: charge.basis,
    x_TokenClass: line.meter === 'requests' ? null : line.meter,
    x_Tokens: decimal(line.tokens, 0),
  }));
}

interface ChargeLine {
  readonly charge: UsageCharge;
  readonly line: FocusLine;
}

/** Prices that differ in one class only are one price for the others. */
function mergeLines(charges: readonly UsageCharge[]): ChargeLine[] {
  const merged = new Map<string, ChargeLine>();
  for (const charge of charges) {
    const { org, agent, model, provider, billing, basis, price } = charge;
    for (const line of linesOf(charge)) {
      const { meter, unitNanos } = line;
      const table = [price?.source, price?.version];
      const names = [org, agent, model, provider, billing, basis];
      const identity = JSON.stringify([names, table, meter, unitNanos]);
      const known = merged.get(identity);
      merged.set(identity, known === undefined ? { charge, line } : addLine(known, line));
    }
  }
  return [...merged.values()];
}

function addLine({ charge, line }: ChargeLine, more: FocusLine): ChargeLine {
  const { listNanos } = line;
  const quantity = line.quantity + more.quantity;
  const tokens = line.tokens + more.tokens;
  const sum = listNanos === null ? null : listNanos + (more.listNanos ?? 0);
  return { charge, line: { ...line, quantity, tokens, listNanos: sum } };
}

function periodFacts(day: CalendarDay) {
  const start = new Date(day.from);
  const month = (offset: number) => Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + offset);
  return {
    BillingPeriodStart: instant(month(0)),
    BillingPeriodEnd: instant(month(1)),
    ChargePeriodStart: instant(day.from),
    ChargePeriodEnd: instant(day.to),
  };
}

/** What FOCUS wants named and the usage did not name. */
const UNNAMED = 'Unknown';

function accountFacts({ org, agent, provider }: UsageCharge, organismId: string) {
  const providerName = provider || UNNAMED;
  return {
    BillingAccountId: organismId,
    BillingAccountName: null,
    SubAccountId: org,
    SubAccountName: org,
    ServiceProviderName: providerName,
    HostProviderName: providerName,
    InvoiceIssuerName: providerName,
    ServiceName: `${providerName} API`,
    ResourceId: agent || null,
    ResourceName: agent || null,
    ResourceType: agent ? 'Agent' : null,
  };
}

function costFacts({ billing }: UsageCharge, { listNanos, unitNanos, meter, quantity }: FocusLine) {
  const list = listNanos === null ? null : decimal(listNanos, 9);
  // What a subscription covers is charged by nothing here: its fee is not known to us.
  const billed = billing === 'subscription' ? '0' : list;
  const unitPrice = unitNanos === null ? null : decimal(unitNanos, 9);
  const isTokens = meter !== 'requests';
  return {
    BilledCost: billed,
    EffectiveCost: billed,
    ListCost: list,
    ContractedCost: list,
    ListUnitPrice: unitPrice,
    ContractedUnitPrice: unitPrice,
    ConsumedQuantity: decimal(quantity, 0),
    ConsumedUnit: isTokens ? 'Tokens' : 'Requests',
    PricingQuantity: decimal(quantity, isTokens ? 6 : 0),
    PricingUnit: isTokens ? '1000000 Tokens' : 'Requests',
  };
}

/** How FOCUS 1.5 is going to call them; until then such keys are ours. */
const METERS: Readonly<
  Record<Meter, { readonly name: string; readonly direction?: string; readonly cache?: string }>
> = {
  inputFresh: { name: 'Input Tokens', direction: 'Input', cache: 'Uncached' },
  cacheRead: { name: 'Cache Read Input Tokens', direction: 'Input', cache: 'Read' },
  cacheWrite: { name: 'Cache Write Input Tokens', direction: 'Input', cache: 'Write' },
  cacheWrite1h: { name: 'Cache Write 1h Input Tokens', direction: 'Input', cache: 'Write' },
  outputVisible: { name: 'Output Tokens', direction: 'Output' },
  reasoning: { name: 'Reasoning Output Tokens', direction: 'Output' },
  requests: { name: 'Requests' },
};

const BASIS_WORDS: Readonly<Record<UsageCharge['basis'], string>> = {
  priced: 'at list price',
  reported: 'cost as the source reported it',
  summed: 'of calls that are no longer kept one by one',
  unpriced: 'no price is known',
};

function skuFacts(charge: UsageCharge, { meter, unitNanos }: FocusLine) {
  const { model, provider, price, basis, billing } = charge;
  const { name, direction, cache } = METERS[meter];
  const skuId = `${provider || UNNAMED}/${model || UNNAMED}`;
  const table = price === null ? basis : `${price.source}@${price.version}`;
  const priced = unitNanos === null ? table : `${table}/${decimal(unitNanos, 9)}`;
  const details = { x_ModelId: model, x_TokenDirection: direction, x_TokenCacheAction: cache };
  const covered = billing === 'subscription' ? ', covered by a subscription' : '';
  return {
    SkuId: skuId,
    SkuMeter: name,
    SkuPriceId: `${skuId}/${name}/${priced}`,
    SkuPriceDetails: JSON.stringify(details),
    ChargeDescription: `${model || UNNAMED}: ${name}, ${BASIS_WORDS[basis]}${covered}`,
  };
}

/** As FOCUS writes it: whole seconds of UTC. */
function instant(at: number): string {
  return new Date(clamp(at)).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A whole number of small units as a plain decimal: no exponent, however large. */
function decimal(units: number, places: number): string {
  const digits = String(BigInt(Math.abs(units))).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '');
  return `${units < 0 ? '-' : ''}${whole}${places === 0 || fraction === '' ? '' : `.${fraction}`}`;
}
