import { text, type Reply } from './http-reply.ts';

/** The two origins the recorded server lets in. */
const ALLOWED = new Set(['http://localhost:3000', 'http://127.0.0.1:3000']);

export function crossOriginHeaders(origin: string | undefined): Record<string, string> {
  if (origin === undefined) return {};
  const headers: Record<string, string> = { 'access-control-allow-credentials': 'true' };
  if (ALLOWED.has(origin)) {
    headers['access-control-allow-origin'] = origin;
    headers['vary'] = 'Origin';
  }
  return headers;
}

/** A preflight, answered whatever its path; null when the request is none. */
export function answerPreflight(
  method: string,
  origin: string | undefined,
  requestedMethod: string | undefined,
): Reply | null {
  if (method !== 'OPTIONS' || origin === undefined || requestedMethod === undefined) return null;
  const isAllowed = ALLOWED.has(origin);
  const answer = isAllowed ? text('OK', 200) : text('Disallowed CORS origin', 400);
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...crossOriginHeaders(origin),
      vary: 'Origin',
      'access-control-allow-methods': 'GET, POST, PUT, DELETE',
      'access-control-max-age': '600',
      'access-control-allow-headers':
        'Accept, Accept-Language, Authorization, Content-Language, Content-Type',
    },
  };
}
