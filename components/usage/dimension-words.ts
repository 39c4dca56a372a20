import type { UsageDimension } from '#components/api/use-usage.ts';
import type { BillingKind } from '#organism/event.ts';

export const DIMENSION_WORDS: Record<
  UsageDimension,
  { readonly one: string; readonly many: string; readonly none: string; readonly all: string }
> = {
  model: { one: 'model', many: 'models', none: 'no model', all: 'All models' },
  agent: { one: 'agent', many: 'agents', none: 'no agent', all: 'All agents' },
  org: { one: 'org', many: 'orgs', none: 'no org', all: 'All orgs' },
  provider: { one: 'provider', many: 'providers', none: 'no provider', all: 'All providers' },
  billing: { one: 'billing', many: 'kinds of billing', none: 'unknown', all: 'All billing' },
};

/** What a subscription covers is never charged: its cost is nothing, whatever it would have been. */
const BILLING_WORDS: Readonly<Record<string, string>> = {
  api: 'Charged by call (API)',
  subscription: 'Covered by subscription',
} satisfies Record<BillingKind, string>;

/** What is shown for a name in the ledger. Kinds of billing are ours to word; all else is the source's. */
export function nameWords(dimension: UsageDimension, name: string): string {
  return dimension === 'billing' ? (BILLING_WORDS[name] ?? name) : name;
}

export function capitalise(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
