import { providerOf } from '../billed-provider.ts';
import type { Connection } from '../connection.ts';

/** How much of the usage no price is known for. */
export interface PriceCoverage {
  readonly requests: number;
  readonly unpricedRequests: number;
  readonly tokens: number;
  readonly unpricedTokens: number;
  /** Models with unpriced usage, most tokens first. */
  readonly unpriced: readonly UnpricedModel[];
}

interface UnpricedModel {
  readonly model: string;
  readonly provider: string;
  readonly requests: number;
  readonly unpricedRequests: number;
  readonly unpricedTokens: number;
}

/** From the rollups, which hold the sums of calls that are no longer kept as well. */
export function readPriceCoverage(db: Connection): PriceCoverage {
  const total = db
    .prepare<[], Omit<PriceCoverage, 'unpriced'>>(
      `SELECT total(requests) AS requests, total(unpriced_requests) AS unpricedRequests,
         total(input_fresh + cache_read + cache_write + output_visible + reasoning) AS tokens,
         total(unpriced_tokens) AS unpricedTokens FROM usage_day_model`,
    )
    .get();
  const unpriced = db
    .prepare<[], UnpricedModel>(
      `SELECT coalesce(m.text, '') AS model, coalesce(p.text, '') AS provider,
         total(requests) AS requests, total(unpriced_requests) AS unpricedRequests,
         total(unpriced_tokens) AS unpricedTokens
       FROM usage_day_model u LEFT JOIN names m ON m.id = u.model_id
       LEFT JOIN names p ON p.id = u.provider_id
       GROUP BY model_id, provider_id HAVING total(unpriced_requests) > 0
       ORDER BY unpricedTokens DESC, model`,
    )
    .all()
    .map((row) => ({ ...row, provider: providerOf(row.provider) }));
  const none = { requests: 0, unpricedRequests: 0, tokens: 0, unpricedTokens: 0 };
  return { ...(total ?? none), unpriced };
}
