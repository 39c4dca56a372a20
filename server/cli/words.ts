const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `12.3 MiB`. */
export function sizeWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

/** `1,234,567`. */
export function countWords(count: number): string {
  return count.toLocaleString('en-US');
}

/** `12.3 %`; an em dash for a share of nothing. */
export function shareWords(part: number, whole: number): string {
  return whole === 0 ? '—' : `${((100 * part) / whole).toFixed(1)} %`;
}
