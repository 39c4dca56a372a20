import type { IncomingMessage } from 'node:http';

import { ACCESS_TABLE } from './access-table.ts';
import type { Access, Identity, Need, Verdict } from './access.ts';
import { refuse } from './access.ts';
import type { RequestFacts } from './request-facts.ts';
import { factsOf } from './request-facts.ts';
import { compilePath } from './route-path.ts';

/** Paths that the API answers; everything else belongs to the pages. */
const API_PATH =
  /^\/(?:api(?:\/|$)|v1\/|hooks\/|health\/?$|healthz\/?$|readyz\/?$|metrics\/?$|login\/?$|ws(?:\/|$))/;
const SAFE_METHODS = new Set(['GET', 'HEAD']);

/** Ways of packing that whoever reads the body knows. */
const PACKINGS: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate']);

export interface Guard {
  /** Judges any request or upgrade before a handler, the pages or a socket sees it. */
  guardRequest(req: IncomingMessage): Verdict;
  /** Judges again for one route. A route without a line in the table is refused. */
  guardRoute(req: IncomingMessage, route: string): Verdict;
  isKey(candidate: string): boolean;
  identify(req: IncomingMessage): Identity;
}

export function isApiPath(pathname: string): boolean {
  return API_PATH.test(pathname);
}

export function createGuard(deps: {
  access: Access;
  isHostAllowed: (hosts: readonly string[]) => boolean;
  isOriginAllowed: (origin: string) => boolean;
}): Guard {
  const exact = new Map(Object.entries(ACCESS_TABLE));
  const rules = Object.entries(ACCESS_TABLE)
    .filter(([route]) => route.includes('{'))
    .map(([route, need]) => {
      const [method = '', path = ''] = route.split(' ');
      return { method, pattern: compilePath(path), need };
    });

  function guardTransport(facts: RequestFacts): Verdict | null {
    if (facts.pathname === null) return refuse(400, 'The request target must be a path');
    if (!deps.isHostAllowed(facts.hosts)) {
      return refuse(403, 'This Host is not allowed; start with --allow-host NAME to allow it');
    }
    const isChange = facts.isUpgrade || !SAFE_METHODS.has(facts.method);
    const isForeign = facts.origin !== undefined && !deps.isOriginAllowed(facts.origin);
    return isChange && isForeign ? refuse(403, 'This Origin is not allowed') : null;
  }

  function guardPacking(facts: RequestFacts, need: Need): Verdict | null {
    const encoding = (facts.contentEncoding ?? 'identity').trim().toLowerCase();
    if (encoding === 'identity') return null;
    // One layer: what unpacks to something packed is a bomb.
    if (need === 'ingest' && PACKINGS.has(encoding)) return null;
    const others = need === 'ingest' ? `, ${[...PACKINGS].join(', ')}` : '';
    return refuse(415, `Content-Encoding must be one of identity${others}`);
  }

  /** How a body is packed is told to those who may send one: it is counted as theirs. */
  function judge(facts: RequestFacts, need: Need): Verdict {
    const verdict = deps.access.authorize(facts, need);
    return verdict.ok ? (guardPacking(facts, need) ?? verdict) : verdict;
  }

  function needOf(method: string, pathname: string): Need {
    const asked = method === 'HEAD' ? 'GET' : method;
    const named = exact.get(`${asked} ${pathname}`);
    if (named !== undefined) return named;
    // What no rule names has no handler: it answers 404 or 405 to those who may read.
    return rules.find((r) => r.method === asked && r.pattern.test(pathname))?.need ?? 'read';
  }

  return {
    guardRequest(req) {
      const facts = factsOf(req);
      const pathname = facts.pathname ?? '';
      const need = needOf(facts.method, pathname);
      const refusal = guardTransport(facts);
      if (refusal !== null) return refusal;
      if (!isApiPath(pathname) && !SAFE_METHODS.has(facts.method)) {
        return refuse(405, 'Method Not Allowed', { allow: 'GET, HEAD' });
      }
      return judge(facts, need);
    },
    guardRoute(req, route) {
      const facts = factsOf(req);
      const need = ACCESS_TABLE[route];
      if (need === undefined) return refuse(403, 'This route has no access rule');
      return guardTransport(facts) ?? judge(facts, need);
    },
    isKey: (candidate) => deps.access.isKey(candidate),
    identify: (req) => deps.access.identify(factsOf(req)),
  };
}
