import type { PreparedEvent } from '#db/store.ts';
import type { AppliedPrice, DraftOf, EventDraft } from '#organism/event.ts';
import { eventDraftSchema } from '#organism/event.ts';
import type { UnreadableInput } from '#server/sources/source.ts';

import { readQuickly } from './quick-drafts.ts';
import type { Redactor } from './redact.ts';

/** Prices one call at the prices of its time; null is unpriced. */
export interface Pricer {
  readonly version: string;
  priceUsage(usage: DraftOf<'usage'>): {
    readonly costNanos: number | null;
    readonly price: AppliedPrice | null;
    /** Of covered calls alone. */
    readonly listCostNanos?: number | null;
  };
}

export interface Preparation {
  readonly catalogueVersion: string;
  /** Validates, redacts and prices one draft; never throws for a bad one. */
  prepare(draft: unknown, source: string, receivedAt: number): Prepared;
  /** The same for the most common kinds with nothing to say about them; null: `prepare` must see it. */
  prepareQuickly(draft: unknown, receivedAt: number): PreparedEvent | null;
  redactSample(sample: string): string;
  /** For what is stored beside events; its matches are not counted. */
  redactValue(value: unknown): unknown;
}

export type Prepared = { readonly redactions: ReadonlyMap<string, number> } & (
  | { readonly ok: true; readonly event: PreparedEvent }
  | { readonly ok: false; readonly reject: UnreadableInput }
);

const NONE: ReadonlyMap<string, number> = new Map();
/** Issues named in one reject; the rest would only repeat them. */
const MAX_ISSUES = 3;
/** Clean names remembered, as the same few come again and again; emptied when full. */
const MAX_KNOWN_NAMES = 20_000;
const MAX_KNOWN_CHARS = 64;

export function createPreparation(deps: {
  redactor: Redactor;
  /** By source: what payloads of it pass instead, where its own protocol prescribes the floor. */
  payloadRedactors?: ReadonlyMap<string, Redactor>;
  pricer: Pricer;
}): Preparation {
  const { redactor, payloadRedactors = new Map<string, Redactor>(), pricer } = deps;
  const cleanNames = new Set<string>();

  function isCleanName(name: string | null): boolean {
    if (name === null || cleanNames.has(name)) return true;
    if (!redactor.isClean(name)) return false;
    if (name.length > MAX_KNOWN_CHARS) return true;
    if (cleanNames.size >= MAX_KNOWN_NAMES) cleanNames.clear();
    cleanNames.add(name);
    return true;
  }

  function isCleanUsage(usage: DraftOf<'usage'>): boolean {
    const { key, id, metadata } = usage;
    return (
      redactor.isClean(key) &&
      (id === undefined || redactor.isClean(id)) &&
      isCleanName(usage.threadId) &&
      isCleanName(usage.agent) &&
      isCleanName(usage.model) &&
      isCleanName(usage.provider) &&
      isCleanName(usage.org) &&
      isCleanName(usage.user) &&
      (metadata === undefined || redactor.isCleanValue(metadata))
    );
  }

  function isCleanMessage(message: DraftOf<'message'>, payloadRedactor: Redactor): boolean {
    return (
      redactor.isClean(message.key) &&
      redactor.isClean(message.id) &&
      isCleanName(message.threadId) &&
      isCleanName(message.from) &&
      isCleanName(message.to) &&
      isCleanName(message.payloadType) &&
      payloadRedactor.isCleanValue(message.payload)
    );
  }

  function finish(event: EventDraft, receivedAt: number): PreparedEvent {
    if (event.type !== 'usage') return { ...event, receivedAt };
    const { costNanos, price, listCostNanos } = pricer.priceUsage(event);
    const priced = { ...event, receivedAt, costNanos, price };
    return listCostNanos === undefined ? priced : { ...priced, listCostNanos };
  }

  function prepareQuickly(
    draft: unknown,
    receivedAt: number,
    payloadRedactor = redactor,
  ): PreparedEvent | null {
    const event = readQuickly(draft);
    if (event === null) return null;
    const isClean =
      event.type === 'usage' ? isCleanUsage(event) : isCleanMessage(event, payloadRedactor);
    return isClean ? finish(event, receivedAt) : null;
  }

  function prepare(draft: unknown, source: string, receivedAt: number): Prepared {
    const payloadRedactor = payloadRedactors.get(source);
    const quick = prepareQuickly(draft, receivedAt, payloadRedactor);
    if (quick !== null) return { ok: true, redactions: NONE, event: quick };
    const parsed = eventDraftSchema.safeParse(draft);
    if (!parsed.success) {
      const issues = parsed.error.issues
        .slice(0, MAX_ISSUES)
        .map(({ path, message }) => `${path.join('.') || 'event'}: ${message}`);
      return {
        ok: false,
        redactions: NONE,
        reject: {
          reason: 'invalid-event',
          detail: `${source}, ${nameOf(draft)}: ${issues.join('; ')}`,
          sample: sampleOf(draft),
        },
      };
    }
    const redactions = new Map<string, number>();
    const event = redactDraft(parsed.data, { redactor, payloadRedactor, redactions });
    return { ok: true, redactions, event: finish(event, receivedAt) };
  }

  return {
    catalogueVersion: redactor.catalogueVersion,
    prepare,
    prepareQuickly: (draft, receivedAt) => prepareQuickly(draft, receivedAt),
    redactSample: (sample) => redactor.redactText(sample).text,
    redactValue: (value) => redactor.redactValue(value).value,
  };
}

/** Every text of a draft passes the floor, ids and keys included: a secret can stand anywhere. */
function redactDraft<D extends EventDraft>(
  draft: D,
  {
    redactor,
    payloadRedactor = redactor,
    redactions,
  }: {
    redactor: Redactor;
    payloadRedactor: Redactor | undefined;
    redactions: Map<string, number>;
  },
): D {
  const redacted: Record<string, unknown> = draft;
  for (const [field, value] of Object.entries(draft)) {
    if (typeof value === 'string' && field !== 'type') {
      const { text, counts } = redactor.redactText(value);
      redacted[field] = text;
      // The key repeats ids of other fields: counting it too would count one secret twice.
      if (field !== 'key') count(redactions, counts);
    } else if (typeof value === 'object' && value !== null && field !== 'tokens') {
      const { value: clean, counts } = (
        field === 'payload' ? payloadRedactor : redactor
      ).redactValue(value);
      redacted[field] = clean;
      count(redactions, counts);
    }
  }
  return draft;
}

function count(into: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [label, times] of counts) into.set(label, (into.get(label) ?? 0) + times);
}

function nameOf(draft: unknown): string {
  if (typeof draft !== 'object' || draft === null || !('type' in draft)) return 'event';
  return typeof draft.type === 'string' ? draft.type.slice(0, 64) : 'event';
}

function sampleOf(draft: unknown): string {
  try {
    return JSON.stringify(draft) ?? '';
  } catch {
    // Too deep or cyclic to write: the detail already says what was wrong.
    return '(not printable)';
  }
}
