import path from 'node:path';

/**
 * Protections that a control run goes without. Each is a module under `torture/flaws/` that Node
 * loads before the server and that changes what SQLite is asked, or a line of the product's source:
 * the product has no switch for it.
 */
export type Flaw =
  | 'no-dedupe'
  | 'synchronous-normal'
  | 'commit-late'
  | 'writer-on-loop'
  | 'query-on-loop'
  | 'days-of-24-hours'
  | 'open-ended-ranges'
  | 'no-backfill'
  | 'nothing-unsent'
  | 'no-validation'
  | 'no-heartbeat';

export function flawFile(flaw: Flaw): string {
  return path.join(import.meta.dirname, '../flaws', `${flaw}.ts`);
}
