/**
 * How much of its limit a thread has used, in SQL; without a limit or a reading it is below all others.
 * The index by it is used where a query spells it the same way.
 */
export const BUDGET_SHARE =
  'CASE WHEN budget_max_tokens > 0 THEN 1.0 * budget_total_tokens / budget_max_tokens ELSE -1 END';
