/** What a link takes along: the organism in view and the zone a shared link was seen in. */
export interface LinkScope {
  readonly organism: string | null;
  readonly timezone: string | null;
}

/** Adds the scope to an address of ours; a scope the address names itself stands. */
export function scopedHref(path: string, scope: LinkScope): string {
  const [beforeHash = '', hash] = path.split('#', 2);
  const [pathname = '', query = ''] = beforeHash.split('?', 2);
  const params = new URLSearchParams(query);
  for (const [name, value] of Object.entries(scope)) {
    if (value !== null && !params.has(name)) params.set(name, value);
  }
  const text = params.toString();
  return `${pathname}${text === '' ? '' : `?${text}`}${hash === undefined ? '' : `#${hash}`}`;
}
