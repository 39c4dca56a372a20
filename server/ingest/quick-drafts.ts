import type { DraftOf } from '#organism/event.ts';
import type { TokenClasses } from '#organism/tokens.ts';
import { MAX_TOKENS, TOKEN_CLASSES } from '#organism/tokens.ts';

import { MAX_JSON_DEPTH } from './limits.ts';

/**
 * The two kinds of event that come by the thousand, read by hand at a tenth of the schema's price.
 * What is read here is exactly what `eventDraftSchema` would give; null says nothing but that the
 * schema must be asked: about a fault, about a field we do not know, about a number that the native
 * parser may have rounded. Like the schema it copies: a source may use its draft again. `quick-drafts.test.ts` holds both against each other.
 */
export function readQuickly(draft: unknown): DraftOf<'usage'> | DraftOf<'message'> | null {
  if (!isPlain(draft)) return null;
  if (draft['type'] === 'usage') return readUsage(draft);
  return draft['type'] === 'message' ? readMessage(draft) : null;
}

type Fields = Readonly<Record<string, unknown>>;

const MAX_ID_CHARS = 256;
const MAX_KEY_CHARS = 512;
const MAX_INSTANT_MS = 8.64e15;
/** An event is one level itself and its payload the next; an array around it is one more. */
const MAX_PAYLOAD_LEVELS = MAX_JSON_DEPTH - 2;
const USAGE_FIELDS = 12;
const MESSAGE_FIELDS = 9;

function readUsage(draft: Fields): DraftOf<'usage'> | null {
  const { key, occurredAt, threadId, agent, model, provider, org, user } = draft;
  if (!isKey(key) || !isInstant(occurredAt)) return null;
  if (!isIdOrNull(threadId) || !isIdOrNull(agent) || !isId(model) || !isId(provider)) return null;
  if (!isIdOrNull(org) || !isIdOrNull(user)) return null;
  const { id, notReported, latencyMs, reportedCostNanos, billing, metadata, cacheWrite1h } = draft;
  const tokens = readTokens(draft['tokens']);
  if (tokens === null || !isLatency(latencyMs) || !isNanosOrNull(reportedCostNanos)) return null;
  const usage: DraftOf<'usage'> = {
    key,
    occurredAt,
    type: 'usage',
    threadId,
    agent,
    model,
    provider,
    org,
    user,
    tokens,
    latencyMs,
    reportedCostNanos,
  };
  let fields = USAGE_FIELDS;
  if (id !== undefined) {
    if (!isId(id)) return null;
    usage.id = id;
    fields += 1;
  }
  if (notReported !== undefined) {
    if (!isClassList(notReported)) return null;
    usage.notReported = [...notReported];
    fields += 1;
  }
  if (billing !== undefined) {
    if (billing !== 'subscription') return null;
    usage.billing = billing;
    fields += 1;
  }
  if (cacheWrite1h !== undefined) {
    if (!isCount(cacheWrite1h)) return null;
    usage.cacheWrite1h = cacheWrite1h;
    fields += 1;
  }
  if (metadata !== undefined) {
    if (!isPlain(metadata) || Object.hasOwn(metadata, '__proto__')) return null;
    if (!isTame(metadata, MAX_PAYLOAD_LEVELS)) return null;
    usage.metadata = { ...metadata };
    fields += 1;
  }
  const marks = readMarks(draft, ['mayRepeat', 'mayAmend']);
  if (marks === null || Object.keys(draft).length !== fields + marks.length) return null;
  for (const mark of marks) usage[mark] = true;
  return usage;
}

function readMessage(draft: Fields): DraftOf<'message'> | null {
  const { key, occurredAt, id, threadId, from, to, payloadType, payload, slotIndex } = draft;
  if (!isKey(key) || !isInstant(occurredAt)) return null;
  if (!isFilledId(id) || !isFilledId(threadId)) return null;
  if (!isId(from) || !isId(to) || !isId(payloadType)) return null;
  if (payload === undefined || !isTame(payload, MAX_PAYLOAD_LEVELS)) return null;
  const message: DraftOf<'message'> = {
    key,
    occurredAt,
    type: 'message',
    id,
    threadId,
    from,
    to,
    payloadType,
    payload,
  };
  if (slotIndex !== undefined) {
    if (!isCount(slotIndex)) return null;
    message.slotIndex = slotIndex;
  }
  const marks = readMarks(draft, ['mayRepeat', 'mayAmend']);
  const fields = MESSAGE_FIELDS + (slotIndex === undefined ? 0 : 1);
  if (marks === null || Object.keys(draft).length !== fields + marks.length) return null;
  for (const mark of marks) message[mark] = true;
  return message;
}

/** Those of the names that are there, as what is either true or absent; null: one is something else. */
function readMarks<Name extends string>(draft: Fields, names: readonly Name[]): Name[] | null {
  const there = names.filter((name) => draft[name] !== undefined);
  return there.every((name) => draft[name] === true) ? there : null;
}

/** Whether a tree is as shallow and its numbers as exact as what comes from the bounded parser. */
function isTame(value: unknown, levels: number): boolean {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value !== 'object' || levels === 0) return false;
  const children: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const child of children) if (!isTame(child, levels - 1)) return false;
  return true;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

function readTokens(value: unknown): TokenClasses | null {
  if (!isPlain(value) || Object.keys(value).length !== CLASS_NAMES.size) return null;
  const { inputFresh, cacheRead, cacheWrite, outputVisible, reasoning } = value;
  if (!isCount(inputFresh) || !isCount(cacheRead) || !isCount(cacheWrite)) return null;
  if (!isCount(outputVisible) || !isCount(reasoning)) return null;
  return { inputFresh, cacheRead, cacheWrite, outputVisible, reasoning };
}

const CLASS_NAMES: ReadonlySet<unknown> = new Set(TOKEN_CLASSES);

function isClassList(value: unknown): value is (keyof TokenClasses)[] {
  return Array.isArray(value) && value.every((item) => CLASS_NAMES.has(item));
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_ID_CHARS;
}

function isFilledId(value: unknown): value is string {
  return isId(value) && value !== '';
}

function isIdOrNull(value: unknown): value is string | null {
  return value === null || isId(value);
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_KEY_CHARS && value !== '';
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && value >= -MAX_INSTANT_MS && value <= MAX_INSTANT_MS;
}

/** Of tokens, and of everything else that is counted. */
function isCount(value: unknown): value is number {
  return Number.isInteger(value) && typeof value === 'number' && value >= 0 && value <= MAX_TOKENS;
}

/** Beyond 2^53 the native parser may have rounded what the bounded one keeps as text. */
function isLatency(value: unknown): value is number | null {
  if (value === null) return true;
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function isNanosOrNull(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value));
}
