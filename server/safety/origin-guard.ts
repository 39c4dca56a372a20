import { LOOPBACK_NAMES, canonicalHost } from './host-guard.ts';

/**
 * Whether a page of this origin may open a socket or change something. Exact: scheme, name and
 * port, and `null` is nobody. A page of another port of this machine is another origin.
 * @param allowed further host names, as for the host guard
 */
export function createOriginGuard(deps: {
  allowed: readonly string[];
  /** The port we listen on; known only once we do. */
  port: () => number;
}): (origin: string) => boolean {
  const names = deps.allowed.flatMap((text) => canonicalHost(text) ?? []);
  return (origin) => {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) return false;
    const port = deps.port();
    const own = [...LOOPBACK_NAMES, ...names.map(({ hostname }) => hostname)];
    if (own.some((hostname) => origin === originOf('http', hostname, String(port)))) return true;
    return names.some((name) =>
      (['http', 'https'] as const).some(
        (scheme) => origin === originOf(scheme, name.hostname, name.port),
      ),
    );
  };
}

function originOf(scheme: 'http' | 'https', hostname: string, port: string): string {
  return new URL(`${scheme}://${hostname}${port === '' ? '' : `:${port}`}`).origin;
}
