/**
 * Key names that say what their value is. `secret`: masked whatever its shape. `token`: masked
 * unless it is nothing but numbers, because agents count tokens far more often than they carry one.
 */
export type KeyClass = 'secret' | 'token' | 'plain';

const SECRET_WORDS = words(
  'authorization password passwords passwd passphrase secret secrets credential credentials ' +
    'cookie cookies bearer jwt otp apikey apikeys authkey privatekey secretkey accesskey ' +
    'clientsecret setcookie signingkey encryptionkey sshkey',
);

/** Kinds of `*_key` that name a place in a structure, not a credential. */
const STRUCTURAL_KEYS = words(
  'public primary foreign cache sort partition idempotency dedupe deduplication dedup routing ' +
    'group row lookup object range shard unique composite map i18n translation message event ' +
    'source journal storage query issue project entity record column field node thread agent tool ' +
    'pattern natural hash registry config setting metric label',
);

/** Beside one of these words a token is a unit of text. */
const COUNT_WORDS = words(
  'input output prompt completion total max maximum min minimum cached cache reasoning fresh ' +
    'visible used unused remaining limit limits budget count counts counter usage usages per rate ' +
    'price cost class classes type types detail details estimate estimated context window billed ' +
    'unpriced audio text image video thinking thought thoughts candidates accepted rejected ' +
    'prediction avg average mean sum quota percent ratio length size num number spent consumed ' +
    'generated summary ms first second stats level threshold',
);

/** Beside one of these words a token is a credential, whatever else is said of it. */
const CREDENTIAL_WORDS = words(
  'access auth refresh bearer session id csrf xsrf api bot device oauth jwt security service personal private reset verification',
);

/** A last word that says the value is about the secret, not the secret. */
const DESCRIBING_WORDS = words(
  'count counts counter length len size type kind name names policy expires expiry expiration ' +
    'expired at in ttl age required enabled valid limit usage header present configured status',
);

/** Without one of these no name is anything but plain; most names end here. */
const ANY_SECRET_WORD = /pass|pwd|secret|token|key|auth|cookie|credential|bearer|jwt|otp/i;

/** Longer keys are cut to their end, where the noun is. */
const MAX_KEY_CHARS = 128;

/** Key names remembered; emptied when full, as it only saves time. */
const MAX_CACHED_KEYS = 10_000;
const MAX_CACHED_KEY_CHARS = 128;

/** What the floor needs to know of one key name. */
interface KeyReading {
  readonly keyClass: KeyClass;
  /** The name itself may hold a secret. */
  readonly mayHoldSecret: boolean;
}
export type KeyReader = (name: string) => KeyReading;

/** Reads key names and remembers what it read, as the same few names come again and again. */
export function createKeyReader(
  extraNames: ReadonlySet<string>,
  mayHoldSecret: (text: string) => boolean,
): KeyReader {
  const known = new Map<string, KeyReading>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const reading = {
      keyClass: classifyKey(name, extraNames),
      mayHoldSecret: mayHoldSecret(name),
    };
    if (name.length > MAX_CACHED_KEY_CHARS) return reading;
    if (known.size >= MAX_CACHED_KEYS) known.clear();
    known.set(name, reading);
    return reading;
  };
}

/** Classifies by the words of a name in any of camelCase, snake_case, kebab-case or dotted. */
function classifyKey(name: string, extraNames: ReadonlySet<string>): KeyClass {
  if (extraNames.size === 0 && !ANY_SECRET_WORD.test(name)) return 'plain';
  const parts = splitWords(name);
  if (extraNames.has(parts.join(''))) return 'secret';
  const last = parts.at(-1);
  if (last === undefined) return 'plain';
  const isDescription = parts.length > 1 && DESCRIBING_WORDS.has(last);
  if (isDescription) return 'plain';
  // Alone it is a working directory.
  if (last === 'pwd' && parts.length > 1) return 'secret';
  if (parts.some((word) => SECRET_WORDS.has(word))) return 'secret';
  if (isCredentialKey(parts, last)) return 'secret';
  return isCredentialToken(parts) ? 'token' : 'plain';
}

/** The form in which extra key names are kept: `X-My-Pin` and `xMyPin` are one name. */
export function normaliseKeyName(name: string): string {
  return splitWords(name).join('');
}

function isCredentialKey(parts: readonly string[], last: string): boolean {
  const qualifier = parts.at(-2);
  const isKey = last === 'key' || last === 'keys';
  return isKey && qualifier !== undefined && !STRUCTURAL_KEYS.has(qualifier);
}

function isCredentialToken(parts: readonly string[]): boolean {
  const token = parts.find((word) => word.endsWith('token') || word.endsWith('tokens'));
  if (token === undefined) return false;
  const prefix = token.replace(/tokens?$/, '');
  const qualifiers = [
    ...parts.filter((word) => word !== token),
    ...(prefix === '' ? [] : [prefix]),
  ];
  if (qualifiers.some((word) => CREDENTIAL_WORDS.has(word))) return true;
  return !qualifiers.some((word) => COUNT_WORDS.has(word));
}

function splitWords(name: string): string[] {
  return name
    .slice(-MAX_KEY_CHARS)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}
