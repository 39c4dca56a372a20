import type { UsageCharge } from '#db/store.ts';
import type { AppliedPrice } from '#organism/event.ts';
import type { TokenClasses } from '#organism/tokens.ts';
import { TOKEN_CLASSES } from '#organism/tokens.ts';

/** A kind of token that has a price of its own, or the calls themselves. */
export type Meter = keyof TokenClasses | 'cacheWrite1h' | 'requests';

/** One charge cut by meter: what FOCUS calls a row. Their costs add up to the charge's. */
export interface FocusLine {
  readonly meter: Meter;
  /** Tokens, or calls. */
  readonly quantity: number;
  /** Tokens that no other line of the charge tells of. */
  readonly tokens: number;
  /** At list price; null is unpriced, which is not zero. */
  readonly listNanos: number | null;
  /** Nano-dollars per million tokens; null where there is no one price. */
  readonly unitNanos: number | null;
}

export function linesOf(charge: UsageCharge): FocusLine[] {
  const { basis, billing, price, tokens, costNanos, listCostNanos } = charge;
  const listNanos = billing === 'subscription' ? listCostNanos : costNanos;
  if (basis === 'priced' && price !== null && tokens !== null) {
    return splitByPrice(tokens, price, { nanos: listNanos, calls: charge.requests });
  }
  const lines = basis === 'unpriced' ? classesOf(tokens) : [];
  if (lines.length > 0) return lines.map((line) => ({ ...line, listNanos: null, unitNanos: null }));
  return [callsLine(charge, basis === 'unpriced' ? null : listNanos)];
}

/** A cost that is known of calls as a whole, such as one that the source reported. */
function callsLine(
  { requests, totalTokens }: Pick<UsageCharge, 'requests' | 'totalTokens'>,
  listNanos: number | null,
): FocusLine {
  const meter = 'requests';
  return { meter, quantity: requests, tokens: totalTokens, listNanos, unitNanos: null };
}

function classesOf(
  tokens: TokenClasses | null,
): { meter: keyof TokenClasses; quantity: number; tokens: number }[] {
  if (tokens === null) return [];
  return TOKEN_CLASSES.filter((meter) => tokens[meter] > 0).map((meter) => ({
    meter,
    quantity: tokens[meter],
    tokens: tokens[meter],
  }));
}

interface Cost {
  readonly nanos: number;
  readonly calls: number;
}

/**
 * Each class at its unit price. What that leaves of the cost is the dearer part of cache writes where
 * such a part explains it, else what was rounded call by call, else a fee per call.
 */
function splitByPrice(tokens: TokenClasses, price: AppliedPrice, cost: Cost): FocusLine[] {
  const { unitNanos } = price;
  const classes: FocusLine[] = classesOf(tokens).map((line) => {
    const unit = unitNanos[line.meter];
    return { ...line, unitNanos: unit, listNanos: nanosOf(line.quantity, unit) };
  });
  const slack = cost.calls / 2 + TOKEN_CLASSES.length;
  const lines = splitHourWrites(classes, price, { rest: restOf(classes, cost.nanos), slack });
  const rest = restOf(lines, cost.nanos);
  const largest = lines.reduce<FocusLine | null>(
    (a, b) => (a !== null && (a.listNanos ?? 0) >= (b.listNanos ?? 0) ? a : b),
    null,
  );
  if (largest === null || Math.abs(rest) > slack) {
    return [...lines, callsLine({ requests: cost.calls, totalTokens: 0 }, rest)];
  }
  return lines.map((line) =>
    line === largest ? { ...line, listNanos: (line.listNanos ?? 0) + rest } : line,
  );
}

/** The ledger does not count the writes that are kept for an hour; their higher price tells how many. */
function splitHourWrites(
  lines: readonly FocusLine[],
  { unitNanos, cacheWrite1hNanos }: AppliedPrice,
  { rest, slack }: { readonly rest: number; readonly slack: number },
): readonly FocusLine[] {
  const extra = (cacheWrite1hNanos ?? 0) - unitNanos.cacheWrite;
  const writes = lines.find(({ meter }) => meter === 'cacheWrite')?.quantity ?? 0;
  if (extra <= 0 || rest <= slack) return lines;
  const hour = Math.round(rest / (extra / 1e6));
  if (hour > writes || Math.abs(nanosOf(hour, extra) - rest) > slack) return lines;
  const lineAt = (meter: Meter, quantity: number, unit: number): FocusLine => ({
    meter,
    quantity,
    tokens: quantity,
    unitNanos: unit,
    listNanos: nanosOf(quantity, unit),
  });
  return lines.flatMap((line) => {
    if (line.meter !== 'cacheWrite') return [line];
    const short = lineAt('cacheWrite', writes - hour, unitNanos.cacheWrite);
    const long = lineAt('cacheWrite1h', hour, unitNanos.cacheWrite + extra);
    return hour === writes ? [long] : [short, long];
  });
}

function restOf(lines: readonly FocusLine[], nanos: number): number {
  return lines.reduce((rest, { listNanos }) => rest - (listNanos ?? 0), nanos);
}

/** To the nearest nano-dollar. */
function nanosOf(tokens: number, unitNanos: number): number {
  return Number((BigInt(tokens) * BigInt(unitNanos) + 500_000n) / 1_000_000n);
}
