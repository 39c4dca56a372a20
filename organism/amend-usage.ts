import type { CallFacts } from './event.ts';
import type { TokenClasses } from './tokens.ts';
import { completionTokens, promptTokens } from './tokens.ts';

/** What stands for itself; all else is what the call's price is made of, and is taken together. */
const SINGLE_FIELDS = [
  'id',
  'org',
  'user',
  'latencyMs',
  'reportedCostNanos',
] as const satisfies readonly (keyof CallFacts)[];

/**
 * A call with what another telling of it has more: fields that were absent, and classes of tokens
 * that were not told apart. What both tell stays as it was told first.
 * A name that only stood in for another gives way to it.
 * @returns null when there is nothing more in it
 */
export function amendUsage(known: CallFacts, next: CallFacts): CallFacts | null {
  const isPricedAnew = isFuller(known, next);
  const metadata = amendMetadata(known.metadata, next.metadata);
  const agent = named(known, next, 'agent');
  const threadId = named(known, next, 'threadId');
  const hasMore = SINGLE_FIELDS.some((name) => isAbsent(known[name]) && !isAbsent(next[name]));
  const isNamedAnew = agent.from !== known || threadId.from !== known;
  if (!isPricedAnew && !hasMore && !isNamedAnew && metadata === known.metadata) return null;
  const { model, provider, tokens, notReported, cacheWrite1h, billing } = isPricedAnew
    ? next
    : known;
  const { costNanos, price, listCostNanos } = isPricedAnew ? next : known;
  return {
    id: filled(known.id, next.id),
    threadId: threadId.from.threadId,
    agent: agent.from.agent,
    standIns: standInsOf([agent, threadId]),
    org: filled(known.org, next.org),
    user: filled(known.user, next.user),
    latencyMs: filled(known.latencyMs, next.latencyMs),
    reportedCostNanos: filled(known.reportedCostNanos, next.reportedCostNanos),
    metadata,
    model,
    provider,
    tokens,
    notReported,
    cacheWrite1h,
    billing,
    costNanos,
    price,
    listCostNanos,
  };
}

type Name = 'agent' | 'threadId';
interface Named {
  readonly name: Name;
  /** The telling whose name holds. */
  readonly from: CallFacts;
}

function named(known: CallFacts, next: CallFacts, name: Name): Named {
  const isOpen = isAbsent(known[name]) || isStandIn(known, name);
  const isBetter = isAbsent(known[name]) || !isStandIn(next, name);
  return { name, from: isOpen && isBetter && !isAbsent(next[name]) ? next : known };
}

function isStandIn({ standIns }: CallFacts, name: Name): boolean {
  return standIns?.includes(name) === true;
}

function standInsOf(names: readonly Named[]): Name[] | undefined {
  const left = names.filter(({ name, from }) => isStandIn(from, name));
  return left.length === 0 ? undefined : left.map(({ name }) => name);
}

/** Whether something that the price is made of is new, and nothing of it another than was told. */
function isFuller(known: CallFacts, next: CallFacts): boolean {
  const isNew =
    known.model !== next.model ||
    known.provider !== next.provider ||
    known.cacheWrite1h !== next.cacheWrite1h ||
    absentOf(known).size !== absentOf(next).size;
  const isKept =
    (known.model === '' || known.model === next.model) &&
    (known.provider === '' || known.provider === next.provider) &&
    (known.cacheWrite1h === undefined || known.cacheWrite1h === next.cacheWrite1h) &&
    known.billing === next.billing;
  return isNew && isKept && areTokensKept(known, next);
}

const SIDES = [
  { whole: 'inputFresh', parts: ['cacheRead', 'cacheWrite'], sum: promptTokens },
  { whole: 'outputVisible', parts: ['reasoning'], sum: completionTokens },
] as const;

/** A class that was not reported may now be told apart from the rest, or come beside it. */
function areTokensKept(known: CallFacts, next: CallFacts): boolean {
  const absent = absentOf(known);
  if ([...absentOf(next)].some((name) => !absent.has(name))) return false;
  const isKept = (name: keyof TokenClasses): boolean => known.tokens[name] === next.tokens[name];
  return SIDES.every(({ whole, parts, sum }) => {
    if (parts.some((name) => !absent.has(name) && !isKept(name))) return false;
    if (isKept(whole)) return true;
    if (absent.has(whole) && known.tokens[whole] === 0) return true;
    return parts.some((name) => absent.has(name)) && sum(known.tokens) === sum(next.tokens);
  });
}

function absentOf({ notReported }: CallFacts): ReadonlySet<keyof TokenClasses> {
  return new Set(notReported);
}

function amendMetadata(known: CallFacts['metadata'], next: CallFacts['metadata']) {
  const absent = Object.entries(next ?? {}).filter(
    ([field, value]) => isAbsent(known?.[field]) && !isAbsent(value),
  );
  return absent.length === 0 ? known : { ...known, ...Object.fromEntries(absent) };
}

function filled<T>(known: T, next: T): T {
  return isAbsent(known) ? next : known;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
