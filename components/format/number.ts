const NARROW_SPACE = '\u202f';
// A unit starts where the one below would round to "1000".
const COMPACT_UNITS = [
  { size: 1e12, from: 999.5e9, suffix: 'T' },
  { size: 1e9, from: 999.5e6, suffix: 'B' },
  { size: 1e6, from: 999.5e3, suffix: 'M' },
  { size: 1e3, from: 999.95, suffix: 'k' },
] as const;

// A fixed locale: the server, every browser and the exports write the same figure.
const exactFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 });

/** 1234567 → "1.2 M"; below 1,000 the value itself. */
export function formatCompact(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const unit = COMPACT_UNITS.find((candidate) => Math.abs(value) >= candidate.from);
  if (unit === undefined) return formatSmall(value);
  const scaled = Math.abs(value) / unit.size;
  const digits = scaled < 99.95 ? 1 : 0;
  return `${value < 0 ? '−' : ''}${scaled.toFixed(digits)}${NARROW_SPACE}${unit.suffix}`;
}

/** 1234567 → "1,234,567". */
export function formatExact(value: number): string {
  return Number.isFinite(value) ? exactFormat.format(value) : '–';
}

/** 87.44 → "87.4 %", whole from 100 on. */
export function formatPercent(percent: number): string {
  if (!Number.isFinite(percent)) return '–';
  return `${percent.toFixed(percent !== 0 && percent < 99.95 ? 1 : 0)}${NARROW_SPACE}%`;
}

function formatSmall(value: number): string {
  if (Number.isInteger(value)) return exactFormat.format(value);
  const digits = Math.abs(value) < 10 ? 2 : 1;
  return value.toFixed(digits);
}

/** "1 agent", "12 agents": how many of what. */
export function formatCount(count: number, one: string): string {
  return `${formatExact(count)} ${one}${count === 1 ? '' : 's'}`;
}
