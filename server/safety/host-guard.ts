/** Hosts whose judgement is remembered: a client names the same one in every request. */
const MAX_JUDGED_HOSTS = 100;

/** Names that always mean this machine; a rebound DNS name is not among them. */
export const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'] as const;

export interface HostName {
  /** Canonical: lower case, IPv4 in dotted decimal, IPv6 in brackets. */
  readonly hostname: string;
  /** Empty when the header named none. */
  readonly port: string;
}

/** Reads a Host header or an allow-list entry the way a browser would; never throws. */
export function canonicalHost(text: string): HostName | null {
  if (!/^[^\s/\\?#@]{1,255}$/.test(text) || !URL.canParse(`http://${text}`)) return null;
  const url = new URL(`http://${text}`);
  const isBare = url.pathname === '/' && url.username === '' && url.password === '';
  // URL drops port 80 as the default of http: it is still a port that was named.
  const port = url.port === '' && /:0*80$/.test(text) ? '80' : url.port;
  return isBare ? { hostname: url.hostname, port } : null;
}

/**
 * Whether a request's Host is one we answer to: the defence against DNS rebinding.
 * @param allowed further names besides the loopback ones, each `name` (any port) or `name:port`
 */
export function createHostGuard(allowed: readonly string[]): (hosts: readonly string[]) => boolean {
  const entries = [...LOOPBACK_NAMES, ...allowed].flatMap((text) => canonicalHost(text) ?? []);
  const judged = new Map<string, boolean>();

  function judge(text: string): boolean {
    const host = canonicalHost(text);
    return (
      host !== null &&
      entries.some(
        ({ hostname, port }) => hostname === host.hostname && (port === '' || port === host.port),
      )
    );
  }

  return (hosts) => {
    const [only] = hosts;
    if (only === undefined || hosts.length > 1) return false;
    let isAllowed = judged.get(only);
    if (isAllowed === undefined) {
      isAllowed = judge(only);
      if (judged.size >= MAX_JUDGED_HOSTS) judged.clear();
      judged.set(only, isAllowed);
    }
    return isAllowed;
  };
}
