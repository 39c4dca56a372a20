import { createHash, randomBytes } from 'node:crypto';

import { DAY_MS, WEEK_MS } from '#organism/durations.ts';

const TOKEN_BYTES = 32;
/** Browsers signed in at once; the oldest gives way. */
const MAX_SESSIONS = 100;
/** Login links waiting to be used; the oldest gives way. */
const MAX_LINKS = 16;
const SESSION_LIFE_MS = WEEK_MS;
const LINK_LIFE_MS = DAY_MS;

export interface Sessions {
  /** A token for one `GET /login?token=…`. */
  issueToken(): string;
  /** Uses a token up. @returns the new session's id, or null for a token that is not good */
  redeem(token: string): string | null;
  /** Opens a session for someone who has shown the key. */
  open(): string;
  isOpen(id: string): boolean;
  close(id: string): void;
}

/**
 * Browser sessions: random ids, kept only as digests, only in memory, and gone after a restart.
 * @param deps.elapsed milliseconds on a clock nobody sets: setting the time signs nobody out
 */
export function createSessions(deps: { elapsed: () => number }): Sessions {
  const sessions = createExpiringSet(MAX_SESSIONS, SESSION_LIFE_MS, deps.elapsed);
  const links = createExpiringSet(MAX_LINKS, LINK_LIFE_MS, deps.elapsed);

  function open(): string {
    return sessions.add();
  }

  return {
    issueToken: () => links.add(),
    redeem: (token) => (links.delete(token) ? open() : null),
    open,
    isOpen: (id) => sessions.has(id),
    close: (id) => void sessions.delete(id),
  };
}

interface ExpiringSet {
  add(): string;
  has(secret: string): boolean;
  delete(secret: string): boolean;
}

function createExpiringSet(max: number, lifeMs: number, elapsed: () => number): ExpiringSet {
  const expiryByDigest = new Map<string, number>();

  function has(secret: string): boolean {
    const expiry = expiryByDigest.get(digest(secret));
    return expiry !== undefined && expiry > elapsed();
  }

  return {
    add() {
      const [oldest] = expiryByDigest.keys();
      if (expiryByDigest.size >= max && oldest !== undefined) expiryByDigest.delete(oldest);
      const secret = randomBytes(TOKEN_BYTES).toString('base64url');
      expiryByDigest.set(digest(secret), elapsed() + lifeMs);
      return secret;
    },
    has,
    delete(secret) {
      const wasGood = has(secret);
      expiryByDigest.delete(digest(secret));
      return wasGood;
    },
  };
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Cookies ignore the port, so the name carries it: two Organoscopes on one machine do not mix. */
export function sessionCookieName(port: number): string {
  return `organoscope_${port}`;
}

export function sessionCookie(port: number, id: string): string {
  const attributes = `HttpOnly; SameSite=Strict; Path=/; Max-Age=${SESSION_LIFE_MS / 1000}`;
  return `${sessionCookieName(port)}=${id}; ${attributes}`;
}

export function expiredSessionCookie(port: number): string {
  return `${sessionCookieName(port)}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`;
}

export function readCookie(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const [key, ...value] = part.split('=');
    if (key?.trim() === name) return value.join('=').trim();
  }
  return null;
}
