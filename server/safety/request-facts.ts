import type { IncomingMessage } from 'node:http';

/** What the guards judge a request by: read once from Node's request, before anything parses it. */
export interface RequestFacts {
  readonly method: string;
  /** The path of an origin-form target, undecoded; null for every other form of target. */
  readonly pathname: string | null;
  /** Every Host header that was sent: more than one is a trick. */
  readonly hosts: readonly string[];
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  /** `x-organoscope`: a header no form and no foreign page can send without a preflight. */
  readonly marker: string | undefined;
  readonly isUpgrade: boolean;
}

export function factsOf(req: IncomingMessage): RequestFacts {
  const { headers } = req;
  return {
    method: req.method ?? 'GET',
    pathname: originFormPath(req.url ?? ''),
    hosts: hostsOf(req.rawHeaders),
    origin: headers.origin,
    authorization: headers.authorization,
    cookie: headers.cookie,
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
    marker: single(headers['x-organoscope']),
    isUpgrade: headers.upgrade !== undefined,
  };
}

/** From the raw ones: Node's own list of repeated headers is made of all of them. */
function hostsOf(rawHeaders: readonly string[]): string[] {
  const hosts: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts.push(rawHeaders[index + 1] ?? '');
  }
  return hosts;
}

/** `//host` and `/\host` are paths that a careless URL parser takes for another server. */
function originFormPath(target: string): string | null {
  if (!target.startsWith('/') || /^\/[/\\]/.test(target)) return null;
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
