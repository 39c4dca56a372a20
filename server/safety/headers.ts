import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const NONCE_BYTES = 16;

const FIXED_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

/** For answers that are data and never a page: no nonce to draw, nothing to compute. */
export const DATA_HEADERS: readonly string[] = Object.entries({
  ...FIXED_HEADERS,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
}).flat();

/**
 * Puts the security headers on an answer, pages and API alike, with a fresh nonce each time.
 * Next takes the nonce for its own scripts from the request's header of the same name.
 */
export function secureHeaders(req: IncomingMessage, res: ServerResponse): void {
  const policy = contentSecurityPolicy(randomBytes(NONCE_BYTES).toString('base64'));
  req.headers['content-security-policy'] = policy;
  res.setHeader('content-security-policy', policy);
  for (const [name, value] of Object.entries(FIXED_HEADERS)) res.setHeader(name, value);
}

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self' 'unsafe-inline'",
    // 'self' covers ws: and wss: of the same host and port in every current browser.
    "connect-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join('; ');
}
