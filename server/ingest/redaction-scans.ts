import { isPlaceholder } from './redaction-catalogue.ts';
import type { KeyClass } from './redaction-keys.ts';
import {
  asciiSet,
  isSpace,
  isWordChar,
  replaceRuns,
  skipAhead,
  skipBack,
  visitRuns,
} from './redaction-runs.ts';

/**
 * The parts of the floor RE2 cannot say: rules 15 and 18, whose bounds are lookaround, and secrets
 * one encoding away. Each is a linear scan.
 */

/** Adds one to the count of a label. */
export type Count = (label: string) => void;

/** Shorter runs cannot hold the shortest secret, 23 characters, in base64. */
const MIN_BASE64_CHARS = 28;
const AWS_SECRET_CHARS = 40;
/** Base64 of the first 9 bytes: enough to tell nearly every random id from text. */
const PROBE_CHARS = 12;
/** Said anywhere in the text; a distance would make a second pass see more than the first. */
const AWS_CONTEXT = /(?:^|[^a-z])aws|access.?key/i;

const BASE64_RUN = { isIn: asciiSet('A-Za-z0-9+/_-'), minChars: MIN_BASE64_CHARS };
const AWS_RUN = { isIn: asciiSet('A-Za-z0-9/+='), minChars: AWS_SECRET_CHARS };

/** What may hold an env assignment at all. */
export const ENV_HINT = /[A-Z0-9_](?:TOKEN|KEY|SECRET|PASSWORD|PASSWD|API)/;
const ENV_NAME = /^[A-Z][A-Z0-9_]*$/;
const MIN_ENV_VALUE_CHARS = 12;
/** What may be an assignment to a name that says "secret"; it looks back from the delimiter. */
export const ASSIGNMENT_HINT =
  /[:=](?<=(?:pass|pwd|secret|token|key|authorization|cookie|credential|bearer|jwt|otp)[\w.-]{0,32}\\?["']?\s{0,8}[:=])/i;
const AUTH_SCHEME = /(?:basic|bearer|token|apikey|digest|negotiate)\s{1,8}/iy;
/** How far a name or the deciding head of a value reaches. */
const MAX_NAME_CHARS = 128;
const MIN_QUOTED_CHARS = 4;
const MIN_BARE_CHARS = 6;
/** Enough of a value to tell a count from a secret. */
const VALUE_HEAD_CHARS = 24;

interface EnvScanOptions {
  /** Tells by the name and the head of the value what is a count: `MAX_TOKENS=128000`. */
  readonly isSpared: (name: string, valueHead: string) => boolean;
  /** Whether placeholders of this label are written before this scan of a text. */
  readonly isEarlier: (label: string) => boolean;
}

/**
 * Rule 15, `NAME_WITH_KEY: value` to `NAME_WITH_KEY=[REDACTED:env_secret]`, from each `=` or `:`
 * outwards: the name and the gap before it are read once, so the scan is linear where a search
 * from each letter is not.
 */
export function redactEnvSecrets(
  text: string,
  count: Count,
  { isSpared, isEarlier }: EnvScanOptions,
): string {
  const delimiters = /[:=]/g;
  let result = '';
  let done = 0;
  for (let hit = delimiters.exec(text); hit !== null; hit = delimiters.exec(text)) {
    const nameEnd = skipBack(text, hit.index, done, isSpace);
    const nameStart = skipBack(text, nameEnd, done, isWordChar);
    const name = text.slice(nameStart, nameEnd);
    if (!ENV_NAME.test(name) || !ENV_HINT.test(name)) continue;
    const open = skipAhead(text, hit.index + 1, isSpace);
    const valueStart = isQuote(text.charCodeAt(open)) ? open + 1 : open;
    if (isSpared(name, text.slice(valueStart, valueStart + VALUE_HEAD_CHARS))) continue;
    const valueEnd = skipAhead(text, valueStart, isValueChar);
    if (charsBeforeLaterSteps(text.slice(valueStart, valueEnd), isEarlier) < MIN_ENV_VALUE_CHARS) {
      continue;
    }
    result += `${text.slice(done, nameStart)}${name}=[REDACTED:env_secret]`;
    done = isQuote(text.charCodeAt(valueEnd)) ? valueEnd + 1 : valueEnd;
    delimiters.lastIndex = done;
    count('env_secret');
  }
  return done === 0 ? text : result + text.slice(done);
}

/**
 * How long a value is without what only a later step can have written: a value too short for this
 * scan must not grow into it by being redacted, or a second pass would change the text again.
 */
function charsBeforeLaterSteps(value: string, isEarlier: (label: string) => boolean): number {
  if (!value.includes('[REDACTED:')) return value.length;
  const mark = /(?:[a-z]+:\/\/<user>:)?\[REDACTED:(\w+)\]@?/gi;
  return value.replaceAll(mark, (whole, label: string) => (isEarlier(label) ? whole : '')).length;
}

/**
 * What key names do for parsed values, for names in text: `password: "…"`, `api_key=…`, header
 * lines, JSON inside a string. An unquoted value must hold a digit, so that prose stays.
 */
export function redactAssignments(
  text: string,
  count: Count,
  classOf: (name: string) => KeyClass,
): string {
  const delimiters = /[:=][=>]?/g;
  let result = '';
  let done = 0;
  for (let hit = delimiters.exec(text); hit !== null; hit = delimiters.exec(text)) {
    const name = readNameBefore(text, hit.index, done);
    const nameClass = name === '' ? 'plain' : classOf(name);
    if (nameClass === 'plain') continue;
    const value = findAssignedValue(text, delimiters.lastIndex, name);
    if (value === null) continue;
    const head = text.slice(value.start, value.start + VALUE_HEAD_CHARS);
    if (isPlaceholder(head) || (nameClass === 'token' && /^[\d.,_]*$/.test(head))) continue;
    result += `${text.slice(done, value.start)}[REDACTED:assigned_secret]`;
    done = value.end;
    delimiters.lastIndex = done;
    count('assigned_secret');
  }
  return done === 0 ? text : result + text.slice(done);
}

/** The name before a delimiter, past blanks and a closing quote. */
function readNameBefore(text: string, delimiter: number, floor: number): string {
  const lowest = Math.max(floor, delimiter - MAX_NAME_CHARS);
  let end = skipBack(text, delimiter, lowest, isSpace);
  if (end > lowest && isQuote(text.charCodeAt(end - 1))) end -= 1;
  if (end > lowest && text[end - 1] === '\\') end -= 1;
  return text.slice(skipBack(text, end, lowest, isNameChar), end);
}

function findAssignedValue(
  text: string,
  from: number,
  name: string,
): { start: number; end: number } | null {
  let start = skipAhead(text, from, isSpace);
  const quote = /\\?(["'])/y;
  quote.lastIndex = start;
  const isQuoted = quote.test(text);
  if (isQuoted) start = quote.lastIndex;
  AUTH_SCHEME.lastIndex = start;
  const hasScheme = AUTH_SCHEME.test(text);
  if (hasScheme) start = AUTH_SCHEME.lastIndex;
  if (isQuoted) {
    const end = skipAhead(text, start, isQuotedChar);
    return end - start < MIN_QUOTED_CHARS ? null : { start, end };
  }
  // Only the head decides, so that a refused value costs little however long it is.
  const head = text.slice(start, start + MAX_NAME_CHARS);
  if (/cookie$/i.test(name)) {
    return head.includes('=') ? { start, end: skipAhead(text, start, isLineChar) } : null;
  }
  const headChars = skipAhead(head, 0, isBareChar);
  const isSecret = hasScheme || /\d/.test(head.slice(0, headChars));
  if (!isSecret || headChars < MIN_BARE_CHARS) return null;
  return { start, end: skipAhead(text, start, isBareChar) };
}

/**
 * Rule 18, a run of exactly 40 characters of the AWS alphabet. As published it also takes git
 * commit ids; `needsContext` asks for mixed case, a digit and that the text speaks of AWS.
 */
export function redactAwsSecrets(text: string, count: Count, needsContext: boolean): string {
  const isSecret = createAwsTest(text, needsContext);
  return replaceRuns(text, AWS_RUN, (start, end) => {
    if (!isSecret(start, end)) return null;
    count('aws_secret_key');
    return '[REDACTED:aws_secret_key]';
  });
}

/** Replaces each base64 run whose decoded text holds a secret, by the label of that secret. */
export function redactBase64(text: string, findSecret: (decoded: string) => string | null): string {
  return replaceRuns(text, BASE64_RUN, (start, end) => {
    const decoded = decodePrintable(text.slice(start, end));
    const label = decoded === null ? null : findSecret(decoded);
    return label === null ? null : `[REDACTED:${label}]`;
  });
}

/** Replaces each URL-encoded token whose decoded text holds a secret, by the label of that secret. */
export function redactUrlEncoded(
  text: string,
  findSecret: (decoded: string) => string | null,
): string {
  return text.replaceAll(/[\w.~%+!*'()-]+/g, (token) => {
    if (!/%[\dA-Fa-f]{2}/.test(token)) return token;
    const decoded = token.replaceAll(/%([\dA-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    const label = findSecret(decoded);
    return label === null ? token : `[REDACTED:${label}]`;
  });
}

/** Whether a text has a run the blob or the base64 scan would act on or look into. */
export function hasSuspiciousRun(text: string, needsContext: boolean): boolean {
  let isFound = false;
  visitRuns(text, BASE64_RUN, (start, end) => {
    isFound = decodePrintable(text.slice(start, end)) !== null;
    return !isFound;
  });
  if (isFound) return true;
  const isSecret = createAwsTest(text, needsContext);
  visitRuns(text, AWS_RUN, (start, end) => {
    isFound = isSecret(start, end);
    return !isFound;
  });
  return isFound;
}

/** The text behind a base64 run, or null where it is no text: hex, uuids and random ids. */
function decodePrintable(run: string): string | null {
  if (/^[\da-f-]*$/i.test(run)) return null;
  if (!isPrintable(decodeBase64(run.slice(0, PROBE_CHARS)))) return null;
  const decoded = decodeBase64(run);
  return isPrintable(decoded) ? decoded : null;
}

/** `latin1` keeps one character per byte: secrets are ASCII, and nothing is lost for the rest. */
function decodeBase64(run: string): string {
  return Buffer.from(run, 'base64').toString('latin1');
}

function isPrintable(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127) return false;
  }
  return true;
}

function createAwsTest(
  text: string,
  needsContext: boolean,
): (start: number, end: number) => boolean {
  let hasContext: boolean | undefined;
  return (start, end) => {
    if (end - start !== AWS_SECRET_CHARS) return false;
    if (!needsContext) return true;
    const blob = text.slice(start, end);
    const isMixed = /[a-z]/.test(blob) && /[A-Z]/.test(blob) && /\d/.test(blob);
    return isMixed && (hasContext ??= AWS_CONTEXT.test(text));
  };
}

const isNameChar = asciiSet('\\w.\\-');

function isQuotedChar(code: number): boolean {
  return !isQuote(code) && code !== 92 && isLineChar(code);
}

function isLineChar(code: number): boolean {
  return code !== 10 && code !== 13;
}

const isBareDelimiter = asciiSet('"\'`,;&)}\\]<>|\\\\');

function isBareChar(code: number): boolean {
  return !isSpace(code) && !isBareDelimiter(code);
}

function isQuote(code: number): boolean {
  return code === 34 || code === 39;
}

function isValueChar(code: number): boolean {
  return !isQuote(code) && !isSpace(code);
}
