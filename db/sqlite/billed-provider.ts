import type { BillingKind } from '#organism/event.ts';

/**
 * Who pays for a call is part of its provider's name: the ledger and every rollup that knows providers
 * then keep covered calls apart without a column of their own.
 */

/** No provider's name begins with it; one that does is written with OTHER in front. */
const MARK = '\u001f';
const COVERED = `${MARK}s`;
const OTHER = `${MARK}p`;

/** Of the ledger's and the rollups' rows: those of covered calls. */
export const IS_COVERED = `provider_id IN
  (SELECT id FROM names WHERE text >= char(31) || 's' AND text < char(31) || 't')`;

/** The name a provider has in the store. */
export function billedProvider(provider: string, billing: BillingKind): string {
  if (billing === 'subscription') return `${COVERED}${provider}`;
  return provider.startsWith(MARK) ? `${OTHER}${provider}` : provider;
}

/** The provider's own name. */
export function providerOf(name: string): string {
  return name.startsWith(MARK) ? name.slice(COVERED.length) : name;
}

export function billingOf(name: string): BillingKind {
  return name.startsWith(COVERED) ? 'subscription' : 'api';
}
