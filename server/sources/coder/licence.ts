import type { RestError } from '../upstream/rest-client.ts';

/** "AI Gateway is a Premium feature. Contact sales!", by whichever name the feature goes. */
const WORDS = /premium feature/i;

/** A deployment that has what is asked for, and is not licensed for it. */
export function isUnlicensedAnswer({ status, said }: RestError): boolean {
  return status === 403 && WORDS.test(said);
}
