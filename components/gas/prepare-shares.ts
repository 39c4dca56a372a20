import { totalTokens } from '#organism/tokens.ts';
import type { UsageSum } from '#organism/usage-sum.ts';

/** A part of all recorded tokens. It is no gauge: nothing here has a limit. */
export type Share = {
  readonly name: string;
  /** A real agent or model, or what is left of the rest. */
  readonly kind: 'named' | 'rest' | 'unnamed';
  readonly tokens: number;
  /** 0 to 100. */
  readonly percent: number;
  readonly costNanos: number | null;
  readonly unpricedRequests: number;
};

export type Shares = {
  readonly rows: readonly Share[];
  readonly shown: number;
  readonly total: number;
};

const MAX_SHOWN = 8;

/**
 * The largest shares and what is left. @param all the total of which they are parts: what no name
 * accounts for is said as such
 */
export function prepareShares(
  sums: Iterable<readonly [string, UsageSum]>,
  all: UsageSum,
  unnamed: string,
): Shares {
  const named = [...sums]
    .filter(([, sum]) => sum.requests > 0)
    .sort(([, a], [, b]) => totalTokens(b.tokens) - totalTokens(a.tokens));
  const whole = totalTokens(all.tokens);
  const shown = named.slice(0, MAX_SHOWN);
  const hidden = named.slice(MAX_SHOWN).map(([, sum]) => sum);
  const rest = addUp(hidden);
  const known = addUp(named.map(([, sum]) => sum));
  const rows = [
    ...shown.map(([name, sum]) => toShare(name, 'named', addUp([sum]), whole)),
    ...(hidden.length === 0 ? [] : [toShare(`${hidden.length} others`, 'rest', rest, whole)]),
    ...(whole > known.tokens
      ? [toShare(unnamed, 'unnamed', subtract(addUp([all]), known), whole)]
      : []),
  ];
  return { rows, shown: shown.length, total: named.length };
}

type Spent = { tokens: number; costNanos: number; requests: number; unpricedRequests: number };

function addUp(sums: readonly UsageSum[]): Spent {
  const spent = { tokens: 0, costNanos: 0, requests: 0, unpricedRequests: 0 };
  for (const sum of sums) {
    spent.tokens += totalTokens(sum.tokens);
    spent.costNanos += sum.costNanos;
    spent.requests += sum.requests;
    spent.unpricedRequests += sum.unpricedRequests;
  }
  return spent;
}

/** Never below nothing: the total and its parts may be of different moments. */
function subtract(all: Spent, part: Spent): Spent {
  return {
    tokens: Math.max(0, all.tokens - part.tokens),
    costNanos: Math.max(0, all.costNanos - part.costNanos),
    requests: Math.max(0, all.requests - part.requests),
    unpricedRequests: Math.max(0, all.unpricedRequests - part.unpricedRequests),
  };
}

function toShare(name: string, kind: Share['kind'], spent: Spent, whole: number): Share {
  return {
    name,
    kind,
    tokens: spent.tokens,
    percent: whole === 0 ? 0 : (spent.tokens / whole) * 100,
    costNanos: spent.requests === 0 ? null : spent.costNanos,
    unpricedRequests: spent.unpricedRequests,
  };
}
