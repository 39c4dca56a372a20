import { problem, serverError, type Reply } from './http-reply.ts';

/**
 * What stands in the way of a POST, or null. The scheme's case does not matter; a key beyond
 * ASCII made the recorded server fail.
 */
export function refuseUnauthorized(key: string | null, header: string | undefined): Reply | null {
  if (key === null) return null;
  const [, given] = /^bearer +(.*)$/i.exec(header ?? '') ?? [];
  if (given === undefined || given === '') {
    return problem(401, 'Authentication required', { 'www-authenticate': 'Bearer' });
  }
  // oxlint-disable-next-line no-control-regex -- the whole ASCII range is meant
  if (!/^[\x00-\x7f]*$/.test(given)) return serverError();
  return given === key ? null : problem(403, 'Invalid API key');
}
