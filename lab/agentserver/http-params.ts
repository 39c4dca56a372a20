import { problem, type Reply } from './http-reply.ts';

/** One entry of a 422's `detail`, in the recorded shape. */
export interface ValidationIssue {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>> | undefined;
}

export interface Page {
  readonly limit: number;
  readonly offset: number;
}

interface PageRule {
  readonly maxLimit: number;
  readonly defaultLimit: number;
}

export const LIST_PAGE: PageRule = { maxLimit: 100, defaultLimit: 50 };
export const HISTORY_PAGE: PageRule = { maxLimit: 1000, defaultLimit: 100 };

export function readPage(
  query: URLSearchParams,
  rule: PageRule,
): { page: Page } | { reply: Reply } {
  const issues: ValidationIssue[] = [];
  const limit = readInteger(query, { name: 'limit', min: 1, max: rule.maxLimit }, issues);
  const offset = readInteger(query, { name: 'offset', min: 0, max: null }, issues);
  if (issues.length > 0) return { reply: problem(422, issues) };
  return { page: { limit: limit ?? rule.defaultLimit, offset: offset ?? 0 } };
}

/** Absent and empty filters are the same. */
export function readFilter(query: URLSearchParams, name: string): string | null {
  const values = query.getAll(name);
  const value = values.at(-1) ?? '';
  return value === '' ? null : value;
}

interface IntegerRule {
  readonly name: string;
  readonly min: number;
  readonly max: number | null;
}

function readInteger(
  query: URLSearchParams,
  { name, min, max }: IntegerRule,
  issues: ValidationIssue[],
): number | null {
  const input = query.getAll(name).at(-1);
  if (input === undefined) return null;
  const loc = ['query', name];
  if (!/^\s*[+-]?\d+\s*$/.test(input)) {
    const msg = 'Input should be a valid integer, unable to parse string as an integer';
    issues.push({ type: 'int_parsing', loc, msg, input });
    return null;
  }
  const value = Number(input);
  if (value < min) {
    const msg = `Input should be greater than or equal to ${min}`;
    issues.push({ type: 'greater_than_equal', loc, msg, input, ctx: { ge: min } });
  } else if (max !== null && value > max) {
    const msg = `Input should be less than or equal to ${max}`;
    issues.push({ type: 'less_than_equal', loc, msg, input, ctx: { le: max } });
  }
  return value;
}
