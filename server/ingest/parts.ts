import type { AppendBatch, AppendResult, PreparedEvent, Reject, Store } from '#db/store.ts';
import type { JournalEvent } from '#organism/event.ts';
import type { UnreadableInput } from '#server/sources/source.ts';

import { MAX_EVENT_KEYS } from './event-body.ts';
import { parseBounded } from './limits.ts';
import type { Preparation } from './prepare.ts';

/** A quarantined sample is for recognising an input, not for keeping it. */
const MAX_SAMPLE_CHARS = 500;
/** One event as text; the texts in it are bounded further by its schema. */
const MAX_LINE_BYTES = 1 << 20;
/** Up to here no nesting takes more memory than it may, and no event has too many names. */
const MAX_NATIVE_CHARS = 1 << 17;

export interface PartsDeps {
  readonly store: Pick<Store, 'append'>;
  readonly preparation: Preparation;
  /** Called after the commit, in journal order; nothing is acknowledged before it is done. */
  readonly publish: (events: readonly JournalEvent[]) => Promise<void> | void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface DeliveryOrigin {
  readonly source: string;
  readonly organismId: string;
}

/** What becomes one append: events that are ready for the journal, and inputs that are not. */
export interface Part {
  readonly events: PreparedEvent[];
  readonly rejects: Reject[];
  readonly redactions: Map<string, number>;
}

/** Fills parts with drafts, and takes them through the journal to those who watch. */
export interface Parts {
  empty(): Part;
  /** Validates, redacts and prices a draft. @returns why it went to quarantine, or null */
  addDraft(part: Part, draft: unknown, source: string): UnreadableInput | null;
  /** The same for a draft that is still text; `index` is its place in what was sent. */
  addLine(
    part: Part,
    line: string,
    of: { readonly source: string; readonly index: number },
  ): UnreadableInput | null;
  addReject(part: Part, input: UnreadableInput): UnreadableInput;
  /** Publishes after the commit, never before. @throws StoreError when nothing was committed */
  commit(from: DeliveryOrigin, part: Part, cursors?: AppendBatch['cursors']): Promise<AppendResult>;
}

export function createParts({ store, preparation, publish, now }: PartsDeps): Parts {
  function addReject(part: Part, input: UnreadableInput): UnreadableInput {
    part.rejects.push({
      reason: input.reason,
      detail: input.detail.slice(0, MAX_SAMPLE_CHARS),
      sample: preparation.redactSample(input.sample.slice(0, MAX_SAMPLE_CHARS)),
      receivedAt: now(),
    });
    return input;
  }

  function addDraft(part: Part, draft: unknown, source: string): UnreadableInput | null {
    const prepared = preparation.prepare(draft, source, now());
    for (const [label, times] of prepared.redactions) {
      part.redactions.set(label, (part.redactions.get(label) ?? 0) + times);
    }
    if (!prepared.ok) return addReject(part, prepared.reject);
    part.events.push(prepared.event);
    return null;
  }

  return {
    empty: () => ({ events: [], rejects: [], redactions: new Map() }),
    addReject,
    addDraft,
    addLine(part, line, { source, index }) {
      const quick = preparation.prepareQuickly(parseNatively(line), now());
      if (quick !== null) {
        part.events.push(quick);
        return null;
      }
      const parsed = parseBounded(line, {
        maxBytes: MAX_LINE_BYTES,
        maxEventKeys: MAX_EVENT_KEYS,
        source: `event ${index}`,
      });
      if (parsed.ok) return addDraft(part, parsed.value, source);
      const { reason, detail } = parsed;
      return addReject(part, { reason, detail, sample: line });
    },
    async commit(from, { events, rejects, redactions }, cursors) {
      const result = await store.append({
        ...from,
        events,
        rejects,
        redactions: Object.fromEntries(redactions),
        cursors,
        catalogueVersion: preparation.catalogueVersion,
      });
      if (result.stored.length > 0) await publish(result.stored);
      return result;
    },
  };
}

/** Undefined where it cannot: the bounded parser says why. */
function parseNatively(line: string): unknown {
  if (line.length > MAX_NATIVE_CHARS) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
