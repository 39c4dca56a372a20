import type { PreparedEvent } from '#db/store.ts';
import type { AppliedPrice, DraftOf, EventDraft } from '#organism/event.ts';
import { eventDraftSchema } from '#organism/event.ts';
import type { UnreadableInput } from '#server/sources/source.ts';

import type { Redactor } from './redact.ts';

/** Prices one call at the prices of its time; null is unpriced. */
export interface Pricer {
  readonly version: string;
  priceUsage(usage: DraftOf<'usage'>): {
    readonly costNanos: number | null;
    readonly price: AppliedPrice | null;
  };
}

export interface Preparation {
  readonly catalogueVersion: string;
  /** Validates, redacts and prices one draft; never throws for a bad one. */
  prepare(draft: unknown, source: string, receivedAt: number): Prepared;
  redactSample(sample: string): string;
}

export type Prepared = { readonly redactions: ReadonlyMap<string, number> } & (
  | { readonly ok: true; readonly event: PreparedEvent }
  | { readonly ok: false; readonly reject: UnreadableInput }
);

const NONE: ReadonlyMap<string, number> = new Map();
/** Issues named in one reject; the rest would only repeat them. */
const MAX_ISSUES = 3;

export function createPreparation(deps: { redactor: Redactor; pricer: Pricer }): Preparation {
  const { redactor, pricer } = deps;

  function prepare(draft: unknown, source: string, receivedAt: number): Prepared {
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
    const event = redactDraft(parsed.data, redactor, redactions);
    if (event.type !== 'usage') return { ok: true, redactions, event: { ...event, receivedAt } };
    const { costNanos, price } = pricer.priceUsage(event);
    return { ok: true, redactions, event: { ...event, receivedAt, costNanos, price } };
  }

  return {
    catalogueVersion: redactor.catalogueVersion,
    prepare,
    redactSample: (sample) => redactor.redactText(sample).text,
  };
}

/** Every text of a draft passes the floor, ids and keys included: a secret can stand anywhere. */
function redactDraft<D extends EventDraft>(
  draft: D,
  redactor: Redactor,
  redactions: Map<string, number>,
): D {
  const redacted: Record<string, unknown> = draft;
  for (const [field, value] of Object.entries(draft)) {
    if (typeof value === 'string' && field !== 'type') {
      const { text, counts } = redactor.redactText(value);
      redacted[field] = text;
      // The key repeats ids of other fields: counting it too would count one secret twice.
      if (field !== 'key') count(redactions, counts);
    } else if (typeof value === 'object' && value !== null && field !== 'tokens') {
      const { value: clean, counts } = redactor.redactValue(value);
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
