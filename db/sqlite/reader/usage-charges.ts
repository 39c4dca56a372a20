import type { UsageCharge, UsageDimension, UsageQuery } from '#db/store.ts';
import type { BillingKind } from '#organism/event.ts';
import { totalTokens } from '#organism/tokens.ts';
import type { UsageSum } from '#organism/usage-sum.ts';

import type { Lookups } from './lookups.ts';
import type { Statements } from './statements.ts';
import { resolveUsageScope } from './usage-scope.ts';
import { groupName, sumUsage } from './usage-sums.ts';

interface Deps {
  readonly statements: Statements;
  readonly lookups: Lookups;
}

type ChargeKey = Pick<UsageCharge, 'org' | 'agent' | 'model' | 'provider' | 'billing'>;

/** A group of the bill: what its calls add up to, and the charges that were found for it. */
interface Account {
  readonly key: ChargeKey;
  readonly charges: UsageCharge[];
}

/** See `Store.listCharges`. */
export function listCharges(deps: Deps, query: UsageQuery): UsageCharge[] {
  const accounts = new Map<string, Account>();
  for (const charge of readCharges(deps, query)) {
    const { org, agent, model, provider, billing } = charge;
    const identity = JSON.stringify([org, agent, model, provider, billing]);
    const account = accounts.get(identity);
    if (account === undefined) accounts.set(identity, { key: charge, charges: [charge] });
    else account.charges.push(charge);
  }
  const forgotten = sumUsage(deps, { ...query, groupBy: DIMENSIONS }).flatMap(({ keys, sum }) => {
    const [org = null, agent = null, model = null, provider = null, kind = null] = keys;
    const charges = accounts.get(JSON.stringify(keys))?.charges ?? [];
    const billing: BillingKind = kind === 'subscription' ? kind : 'api';
    return restOf(sum, { org, agent, model, provider, billing }, charges);
  });
  return [...[...accounts.values()].flatMap(({ charges }) => charges), ...forgotten];
}

const DIMENSIONS = [
  'org',
  'agent',
  'model',
  'provider',
  'billing',
] as const satisfies readonly UsageDimension[];

const SUMS = [
  'count(*)',
  ...['input_fresh', 'cache_read', 'cache_write', 'output_visible', 'reasoning'].map(
    (column) => `total(${column})`,
  ),
  'total(coalesce(cost_nanos, reported_cost_nanos, 0))',
  'total(coalesce(covered_cost_nanos, 0))',
];
const KEYS = [
  'org_id',
  'agent_id',
  'model_id',
  'provider_id',
  'coalesce(price_id, 0)',
  'cost_nanos IS NULL',
  'reported_cost_nanos IS NULL',
  'covered_cost_nanos IS NULL',
];

/** What the ledger's rows of the range add up to, by all that a charge is told apart by. */
function readCharges(deps: Deps, query: UsageQuery): UsageCharge[] {
  const scope = resolveUsageScope(deps, query);
  if (scope === null) return [];
  const sql = `SELECT ${[...KEYS, ...SUMS].join(', ')} FROM usage
    WHERE ${scope.where}${scope.ledgerWhere} AND occurred_at >= ? AND occurred_at < ?
    GROUP BY ${KEYS.map((_, index) => index + 1).join(', ')}`;
  const params = [...scope.params, ...scope.ledgerParams, scope.from, scope.to];
  return deps.statements.rows(sql, params).map((row) => toCharge(deps.lookups, row));
}

function toCharge(lookups: Lookups, row: readonly number[]): UsageCharge {
  const [org = 0, agent = 0, model = 0, provider = 0, price = 0, ...afterNames] = row;
  const [isUncosted, isUnreported, isUnlisted, requests = 0, ...afterCount] = afterNames;
  const [inputFresh = 0, cacheRead = 0, cacheWrite = 0, outputVisible = 0, reasoning = 0, ...more] =
    afterCount;
  const [costNanos = 0, listCostNanos = 0] = more;
  const tokens = { inputFresh, cacheRead, cacheWrite, outputVisible, reasoning };
  const billing =
    groupName(lookups, 'billing', provider) === 'subscription' ? 'subscription' : 'api';
  const isPriced = billing === 'subscription' ? isUnlisted === 0 : isUncosted === 0;
  const hasReport = billing === 'api' && isUnreported === 0;
  return {
    org: groupName(lookups, 'org', org),
    agent: groupName(lookups, 'agent', agent),
    model: groupName(lookups, 'model', model),
    provider: groupName(lookups, 'provider', provider),
    billing,
    basis: isPriced ? 'priced' : hasReport ? 'reported' : 'unpriced',
    price: price === 0 ? null : lookups.priceOf(price),
    requests,
    tokens,
    totalTokens: totalTokens(tokens),
    costNanos,
    listCostNanos,
  };
}

/** What the sums hold beyond the ledger's rows: calls that are no longer kept one by one. */
function restOf(sum: UsageSum, key: ChargeKey, charges: readonly UsageCharge[]): UsageCharge[] {
  const add = (of: readonly UsageCharge[], field: 'requests' | 'totalTokens' | 'costNanos') =>
    of.reduce((total, charge) => total + charge[field], 0);
  const requests = sum.requests - add(charges, 'requests');
  if (requests <= 0) return [];
  const isCovered = key.billing === 'subscription';
  const open = isCovered ? [] : charges.filter(({ basis }) => basis === 'unpriced');
  const unpriced = {
    requests: sum.unpricedRequests - add(open, 'requests'),
    tokens: sum.unpricedTokens - add(open, 'totalTokens'),
  };
  const rest = { ...key, price: null, tokens: null };
  const summed: UsageCharge = {
    ...rest,
    basis: 'summed',
    requests: requests - unpriced.requests,
    totalTokens: totalTokens(sum.tokens) - add(charges, 'totalTokens') - unpriced.tokens,
    costNanos: sum.costNanos - add(charges, 'costNanos'),
    listCostNanos:
      sum.coveredCostNanos - charges.reduce((total, { listCostNanos }) => total + listCostNanos, 0),
  };
  const without: UsageCharge = {
    ...rest,
    basis: 'unpriced',
    requests: unpriced.requests,
    totalTokens: unpriced.tokens,
    costNanos: 0,
    listCostNanos: 0,
  };
  return [summed, without].filter((charge) => charge.requests > 0);
}
