/**
 * Money is integer nano-dollars (1e-9 USD) everywhere; rounding happens once on the way in and
 * once, for compact display, on the way out.
 */
export const NANOS_PER_USD = 1e9;

/**
 * Below this many nano-dollars the double product is within 1e-3 of the exact one, so that only
 * values that near a half need decimal arithmetic.
 */
const FAST_PRODUCT_LIMIT = 1e12;
const NEAR_HALF = 1e-3;

const COMPACT_DIGITS = 3;

/**
 * Converts dollars to nano-dollars, rounding half to even on the decimal the number prints as
 * (what the upstream wrote), not on its binary neighbour.
 * @returns integer nano-dollars, or null when not finite or beyond ±9,007,199.254740991 USD
 */
export function usdToNanos(usd: number): number | null {
  const product = usd * NANOS_PER_USD;
  if (!(Math.abs(product) <= Number.MAX_SAFE_INTEGER + 1)) return null;
  const fraction = Math.abs(product % 1);
  if (Math.abs(product) < FAST_PRODUCT_LIMIT && Math.abs(fraction - 0.5) > NEAR_HALF) {
    return withoutNegativeZero(Math.round(product));
  }
  const nanos = roundDecimal(usd);
  return Number.isSafeInteger(nanos) ? nanos : null;
}

/** Adds amounts. @throws RangeError when the total leaves the integers a double keeps exactly. */
export function sumNanos(amounts: Iterable<number>): number {
  let total = 0;
  for (const amount of amounts) {
    total += amount;
    if (!Number.isSafeInteger(total)) {
      throw new RangeError(
        `sum of nano-dollars must be a safe integer (at most 9007199254740991), got ${total}`,
      );
    }
  }
  return total;
}

/** Writes nano-dollars as an exact plain decimal of dollars: no exponent, no trailing zeros. */
export function nanosToDecimal(nanos: number): string {
  requireNanos(nanos);
  const { sign, whole, fraction } = splitNanos(nanos);
  const trimmed = fraction.replace(/0+$/, '');
  return trimmed === '' ? `${sign}${whole}` : `${sign}${whole}.${trimmed}`;
}

/**
 * Writes nano-dollars for people: exact, at least cents (`$0.000123456`, `$1,234.50`).
 * Compact rounds to three digits (`$0.000123`, `$12.35`, `$1.23k`) and never shows zero for
 * an amount that is not.
 */
export function formatUsd(nanos: number, options: { compact?: boolean | undefined } = {}): string {
  requireNanos(nanos);
  if (options.compact === true) return formatCompact(nanos);
  const { sign, whole, fraction } = splitNanos(nanos);
  const cents = fraction.slice(0, 2);
  const rest = fraction.slice(2).replace(/0+$/, '');
  return `${sign}$${groupThousands(whole)}.${cents}${rest}`;
}

function formatCompact(nanos: number): string {
  const amount = Math.abs(nanos);
  const sign = nanos < 0 ? '-' : '';
  const significant = 10 ** Math.max(0, String(amount).length - COMPACT_DIGITS);
  const isCentsRange = amount >= NANOS_PER_USD && amount < 1000 * NANOS_PER_USD;
  const rounded = roundToMultiple(amount, isCentsRange ? NANOS_PER_USD / 100 : significant);
  if (rounded < 1000 * NANOS_PER_USD) return `${sign}${formatUsd(rounded)}`;
  const isMillions = rounded >= 1e6 * NANOS_PER_USD;
  const unitNanos = NANOS_PER_USD * (isMillions ? 1e6 : 1000);
  return `${sign}$${(rounded / unitNanos).toPrecision(COMPACT_DIGITS)}${isMillions ? 'M' : 'k'}`;
}

/** Rounds a non-negative integer half to even; exact, because `%` on safe integers is. */
function roundToMultiple(amount: number, step: number): number {
  const rest = amount % step;
  const floor = amount - rest;
  const isOdd = (floor / step) % 2 === 1;
  return rest * 2 > step || (rest * 2 === step && isOdd) ? floor + step : floor;
}

/** Rounds the shortest decimal of a double to nine places, half to even, in integers. */
function roundDecimal(usd: number): number {
  const [mantissa = '0', exponent = '0'] = Math.abs(usd).toExponential().split('e');
  const [lead = '0', tail = ''] = mantissa.split('.');
  const digits = BigInt(lead + tail);
  const shift = Number(exponent) - tail.length + 9;
  const sign = usd < 0 ? -1 : 1;
  if (shift >= 0) return withoutNegativeZero(sign * Number(digits * 10n ** BigInt(shift)));
  const step = 10n ** BigInt(-shift);
  const floor = digits / step;
  const twiceRest = (digits % step) * 2n;
  const isUp = twiceRest > step || (twiceRest === step && floor % 2n === 1n);
  return withoutNegativeZero(sign * Number(isUp ? floor + 1n : floor));
}

function splitNanos(nanos: number): { sign: string; whole: string; fraction: string } {
  const digits = String(Math.abs(nanos)).padStart(10, '0');
  return {
    sign: nanos < 0 ? '-' : '',
    whole: digits.slice(0, -9),
    fraction: digits.slice(-9),
  };
}

function groupThousands(whole: string): string {
  return whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

function withoutNegativeZero(value: number): number {
  return value === 0 ? 0 : value;
}

function requireNanos(nanos: number): void {
  if (!Number.isSafeInteger(nanos)) {
    throw new RangeError(`nano-dollars must be a safe integer, got ${nanos}`);
  }
}
