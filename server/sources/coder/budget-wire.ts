import { z } from 'zod';

import { amount, count, instant, listOf, text } from '../lenient.ts';

/** Budgets and spending of a Coder deployment. Amounts are in micro-dollars over there. */

const id = z.string().min(1).max(200);
const named = { id, name: text, display_name: text };

export const organizationsSchema = z.array(z.looseObject(named));
export const groupsSchema = z.array(z.looseObject({ ...named, total_member_count: count }));
export type WireGroup = z.infer<typeof groupsSchema>[number];

const period = { period_start: instant, period_end: instant };

export const groupSpendSchema = z.looseObject({
  ...period,
  groups: listOf(
    z.looseObject({ group_id: id, current_spend_micros: amount, spend_limit_micros: amount }),
  ),
});
/** The first version tells of a group's limit only. */
export const groupBudgetSchema = z.looseObject({ spend_limit_micros: amount });

export const userSpendSchema = z.looseObject({
  ...period,
  current_spend_micros: amount,
  effective_budget: z
    .looseObject({ spend_limit_micros: amount, limit_source: text })
    .nullish()
    .catch(null),
});
