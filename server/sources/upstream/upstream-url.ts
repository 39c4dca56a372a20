import dns from 'node:dns';
import net from 'node:net';

import { AppError } from '#server/app-error.ts';

/** Where one upstream is: from the operator's configuration only, never from an event. */
export interface UpstreamUrl {
  /** Without credentials, query or trailing slash: what may be shown. */
  readonly shown: string;
  rest(path: string, query?: Readonly<Record<string, string | number>>): URL;
  socket(): URL;
}

/** Link-local addresses hold cloud metadata services and nothing an organism runs on. */
const refused = new net.BlockList();
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addAddress('fd00:ec2::254', 'ipv6');

/** @throws AppError `invalid-setting` when it is not plain http(s), holds credentials or is link-local */
export function parseUpstreamUrl(text: string): UpstreamUrl {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new AppError(
      'invalid-setting',
      'the source URL must be http://HOST[:PORT] or https://HOST[:PORT]',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError('invalid-setting', 'the source URL must not hold a user or password');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isRefusedAddress(host)) {
    throw new AppError('invalid-setting', 'the source URL must not be a link-local address');
  }
  const basePath = url.pathname.replace(/\/+$/, '');
  const at = (path: string) => {
    const target = new URL(url);
    target.pathname = `${basePath}${path}`;
    target.hash = '';
    return target;
  };
  return {
    shown: `${url.origin}${basePath}`,
    rest(path, query = {}) {
      const target = at(path);
      for (const [name, value] of Object.entries(query)) {
        target.searchParams.set(name, String(value));
      }
      return target;
    },
    socket() {
      const target = at('/ws');
      target.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
      return target;
    },
  };
}

/** Resolves a name and refuses what it must not dial, so that a name cannot point there later. */
export const guardedLookup: net.LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const allowed = (addresses ?? []).filter(({ address }) => !isRefusedAddress(address));
    const first = allowed[0];
    if (error !== null || first === undefined) {
      const refusal = new Error(`${hostname} resolves to no address a source may dial`);
      callback(error ?? refusal, '', 0);
    } else if (options.all === true) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};

function isRefusedAddress(address: string): boolean {
  const version = net.isIP(address);
  return version !== 0 && refused.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
