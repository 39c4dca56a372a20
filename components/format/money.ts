const NANOS_PER_DOLLAR = 1_000_000_000;
const dollarsFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/**
 * Integer nano-dollars, rounded for reading: "$1,235", "$12.34", "$0.0421", "<$0.0001".
 * Rounding happens here and nowhere before.
 */
export function formatMoney(nanos: number): string {
  if (nanos === 0) return '$0';
  const sign = nanos < 0 ? '−' : '';
  const dollars = Math.abs(nanos) / NANOS_PER_DOLLAR;
  if (dollars < 0.0001) return `${sign}<$0.0001`;
  if (dollars < 0.9995) return `${sign}$${dollars.toFixed(dollars < 0.1 ? 4 : 3)}`;
  if (dollars < 999.995) return `${sign}$${dollars.toFixed(2)}`;
  return `${sign}$${dollarsFormat.format(dollars)}`;
}

/** Every digit a bill can hold: 4215500 → "$0.0042155 USD". */
export function formatMoneyExact(nanos: number): string {
  const size = Math.abs(nanos);
  const whole = Math.floor(size / NANOS_PER_DOLLAR);
  const fraction = String(size % NANOS_PER_DOLLAR).padStart(9, '0');
  const shown = fraction.replace(/0+$/, '').padEnd(2, '0');
  return `${nanos < 0 ? '−' : ''}$${dollarsFormat.format(whole)}.${shown} USD`;
}
