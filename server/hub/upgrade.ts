import type { IncomingMessage } from 'node:http';

import { LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';

import type { Guard } from '../safety/guard.ts';
import { factsOf } from '../safety/request-facts.ts';

/** What an upgrade asks for, once it is allowed. */
export type Upgrade = {
  readonly ok: true;
  readonly isStillGood: () => boolean;
} & (
  | { readonly dialect: 'live'; readonly organism: string | null }
  | {
      readonly dialect: 'contract' | 'messages';
      readonly organism: string | null;
      readonly actorOf: (token: string | null | undefined) => 'key' | 'session' | null;
    }
);

export interface Refusal {
  readonly ok: false;
  readonly status: number;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Host, Origin, access and path, in this order; never throws. */
export function judgeUpgrade(req: IncomingMessage, guard: Guard): Upgrade | Refusal {
  const verdict = guard.guardRequest(req);
  if (!verdict.ok) return verdict;
  const { pathname, origin } = factsOf(req);
  const { isStillGood } = verdict;
  const organism = organismParameter(req.url ?? '');
  if (pathname === '/ws' && offersLive(req)) {
    return { ok: true, dialect: 'live', organism, isStillGood };
  }
  if (pathname !== '/ws' && pathname !== '/ws/messages') return notFound('Not Found');
  const identity = guard.identify(req);
  return {
    ok: true,
    dialect: pathname === '/ws' ? 'contract' : 'messages',
    organism,
    isStillGood,
    actorOf(token) {
      if (token !== null && token !== undefined) return guard.isKey(token) ? 'key' : null;
      if (identity.actor === 'key') return 'key';
      // The Origin was on the allow-list; without one a cookie proves nothing.
      const isOurPage = identity.actor === 'session' && origin !== undefined;
      return isOurPage && identity.isStillGood() ? 'session' : null;
    },
  };
}

export function organismNotFound(organism: string | null): Refusal {
  return notFound(organism === null ? 'No organism yet' : `Organism not found: ${organism}`);
}

function notFound(detail: string): Refusal {
  return { ok: false, status: 404, detail, headers: {} };
}

function offersLive(req: IncomingMessage): boolean {
  const offered = req.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((name) => name.trim() === LIVE_SUBPROTOCOL);
}

function organismParameter(target: string): string | null {
  const query = target.indexOf('?');
  const value = query === -1 ? null : new URLSearchParams(target.slice(query)).get('organism');
  return value === '' ? null : value;
}
