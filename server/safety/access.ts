import type { ControlKey } from './key.ts';
import { createKeyCheck } from './key.ts';
import type { RequestFacts } from './request-facts.ts';
import type { Sessions } from './session.ts';
import { readCookie, sessionCookieName } from './session.ts';

/** What a route asks of its caller. `read` and `ingest` are free where only this machine can connect. */
export type Need = 'open' | 'read' | 'ingest' | 'control';

/** How a caller proved itself. */
export type Actor = 'anonymous' | 'key' | 'session';

export interface Identity {
  readonly actor: Actor;
  /** Asked again while a socket stays open: a closed session loses its sockets. */
  readonly isStillGood: () => boolean;
}

export type Verdict =
  | ({ readonly ok: true } & Identity)
  | {
      readonly ok: false;
      readonly status: 400 | 401 | 403 | 405 | 415;
      readonly detail: string;
      readonly headers: Readonly<Record<string, string>>;
    };

export interface Access {
  authorize(facts: RequestFacts, need: Need): Verdict;
  /** A bare key, as the contract's socket command carries it. */
  isKey(candidate: string): boolean;
  /** Who this is, whatever they may do. */
  identify(facts: RequestFacts): Identity;
}

type Proof =
  | { readonly kind: 'none' }
  | { readonly kind: 'key' }
  | { readonly kind: 'wrong-key' }
  | { readonly kind: 'session'; readonly id: string };

export function createAccess(deps: {
  key: Pick<ControlKey, 'value'>;
  sessions: Sessions;
  /** Whether only this machine can connect to us. */
  isLoopbackBound: boolean;
  port: () => number;
}): Access {
  const isKey = createKeyCheck(deps.key.value);

  function proofOf(facts: RequestFacts): Proof {
    const bearer = /^bearer +(\S+) *$/i.exec(facts.authorization ?? '')?.[1];
    if (bearer !== undefined) return { kind: isKey(bearer) ? 'key' : 'wrong-key' };
    const id = readCookie(facts.cookie, sessionCookieName(deps.port()));
    return id !== null && deps.sessions.isOpen(id) ? { kind: 'session', id } : { kind: 'none' };
  }

  function authorize(facts: RequestFacts, need: Need): Verdict {
    if (need === 'open' || (need !== 'control' && deps.isLoopbackBound)) {
      return { ok: true, ...ANONYMOUS };
    }
    const proof = proofOf(facts);
    switch (proof.kind) {
      case 'key':
        return { ok: true, ...identityOf(proof) };
      case 'wrong-key':
        return refuse(403, 'Invalid API key');
      case 'none':
        return refuse(401, 'Authentication required', { 'www-authenticate': 'Bearer' });
      case 'session': {
        const forgery = need === 'read' ? null : forgeryIn(facts, need);
        return forgery === null ? { ok: true, ...identityOf(proof) } : refuse(403, forgery);
      }
    }
  }

  function identityOf(proof: Proof): Identity {
    switch (proof.kind) {
      case 'key':
        return { actor: 'key', isStillGood: () => true };
      case 'session':
        return { actor: 'session', isStillGood: () => deps.sessions.isOpen(proof.id) };
      case 'none':
      case 'wrong-key':
        return ANONYMOUS;
    }
  }

  return { authorize, isKey, identify: (facts) => identityOf(proofOf(facts)) };
}

const ANONYMOUS: Identity = { actor: 'anonymous', isStillGood: () => true };

/** A browser sends the cookie by itself, so a change by cookie must show that our page made it. */
function forgeryIn(facts: RequestFacts, need: 'ingest' | 'control'): string | null {
  if (facts.origin === undefined) return 'A command by session needs an Origin header';
  // A browser cannot put a header on an upgrade, and who has no right Origin gets none.
  if (facts.isUpgrade && need === 'ingest') return null;
  if (facts.marker !== '1') return 'A command by session needs the header x-organoscope: 1';
  if (need === 'ingest') return null;
  const isJson = /^application\/json *(;|$)/i.test(facts.contentType ?? '');
  return isJson ? null : 'A command by session needs the content type application/json';
}

export function refuse(
  status: (Verdict & { ok: false })['status'],
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Verdict {
  return { ok: false, status, detail, headers };
}
