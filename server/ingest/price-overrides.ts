import { z } from 'zod';

import type { AppliedPrice } from '#organism/event.ts';
import { tokenClassesSchema } from '#organism/token-classes.ts';

import { AppError } from '../app-error.ts';
import { normaliseProvider } from './price-rates.ts';

const overrideSchema = z.object({
  provider: z.string().optional(),
  model: z.string().min(1),
  from: z.number().optional(),
  to: z.number().optional(),
  unitNanos: tokenClassesSchema,
  cacheWrite1hNanos: z.number().int().min(0).optional(),
});

/**
 * A price of the operator's own, which wins over the table. Without `provider` it holds for all;
 * from (inclusive) and to (exclusive) are epoch milliseconds; units are nano-dollars per million.
 */
type PriceOverride = z.input<typeof overrideSchema>;

/** An override that is one, by its normal names. */
export interface CheckedOverride {
  readonly from: number;
  readonly to: number;
  /** Null for any provider. */
  readonly provider: string | null;
  readonly price: AppliedPrice;
}

/** @throws AppError `invalid-setting` for an override that is not one */
export function checkOverrides(overrides: readonly PriceOverride[]): CheckedOverride[] {
  return overrides.map(checkOverride);
}

function checkOverride(override: PriceOverride, index: number): CheckedOverride {
  const parsed = overrideSchema.safeParse(override);
  if (!parsed.success) {
    throw new AppError(
      'invalid-setting',
      `price override ${index + 1}: ${z.prettifyError(parsed.error)}`,
    );
  }
  const { provider, model, unitNanos, cacheWrite1hNanos, ...times } = parsed.data;
  const { from = -Infinity, to = Infinity } = times;
  const name = provider === undefined ? null : normaliseProvider(provider);
  return {
    from,
    to,
    provider: name,
    price: {
      source: 'override',
      version: 'settings',
      provider: name ?? '',
      model: model.trim().toLowerCase(),
      unitNanos,
      ...(cacheWrite1hNanos === undefined ? {} : { cacheWrite1hNanos }),
    },
  };
}
