/** `1,234,567`. */
export function countWords(count: number): string {
  return count.toLocaleString('en-US');
}

/** `12.3 %`; an em dash for a share of nothing. */
export function shareWords(part: number, whole: number): string {
  return whole === 0 ? '—' : `${((100 * part) / whole).toFixed(1)} %`;
}
