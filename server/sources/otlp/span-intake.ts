import { z } from 'zod';

import type { EventDraft } from '#organism/event.ts';

import { CLAUDE_CODE } from '../claude-code/keys.ts';
import { organismDraft } from '../drafts.ts';
import { createDueTimers } from '../due-timers.ts';
import type { ReceiverDeps } from '../receiver.ts';
import type { ShelfItem } from '../shelf.ts';
import { createShelf } from '../shelf.ts';
import { createLateNames, storeOrUndo } from './late-names.ts';
import { createSpanBook, idOf } from './span-book.ts';
import { noteSpans, renamedDrafts, spanDrafts } from './span-drafts.ts';
import { createSpanRecord } from './span-record.ts';
import { readWrittenSpan, writeSpan } from './span-text.ts';
import { createTraceIndex } from './trace-index.ts';
import type { Reason } from './waiting-span.ts';
import { REASONS, WAIT_MS, isFailureOpen, reasonToWait } from './waiting-span.ts';
import type { OtlpSpan } from './wire.ts';
import { byService, serviceOf } from './wire.ts';

/** Spans of these services are internal noise or repeat what their logs say: they are let go. */
const CODEX_SERVICE = /^codex/;

/** What one service's spans come to, to be stored in one go. */
export interface SpanDelivery {
  readonly service: string;
  readonly drafts: readonly EventDraft[];
  readonly cursors: Readonly<Record<string, string>>;
}

/**
 * Takes spans in whatever order they come. Those that cannot be told rightly yet are stored as they
 * are and told when what they wait for comes, or after a while with what is known.
 */
export interface SpanIntake {
  /** Resolves once all are stored, told or not. */
  take(spans: readonly OtlpSpan[]): Promise<void>;
  start(): Promise<void>;
  stop(): void;
}

interface Waiting {
  readonly span: OtlpSpan;
  readonly reason: Reason;
}
type Item = ShelfItem<Waiting>;

/** What becomes of the spans of one service. */
interface Plan {
  /** Spans to be told, and whether with what is known, whatever may still come. */
  readonly told: { readonly span: OtlpSpan; readonly isFinal: boolean }[];
  readonly put: Item[];
  readonly taken: string[];
  /** Told without their names before: they have them now. */
  readonly renamed: OtlpSpan[];
}

export function createSpanIntake(
  deps: Pick<ReceiverDeps, 'getCursor' | 'log' | 'redact' | 'schedule'>,
  deliver: (delivery: SpanDelivery) => Promise<void>,
): SpanIntake {
  const { redact } = deps;
  const book = createSpanBook();
  const record = createSpanRecord(deps);
  const shelf = createShelf<Waiting>({
    ...deps,
    write: ({ span, reason }) => ({ reason, span: writeSpan(span, redact) }),
    read: readWaiting,
  });
  const waiting = createTraceIndex(shelf, ({ span }) => span);
  const due = createDueTimers(deps, tellDue);
  const late = createLateNames(deps, book, (service, cursors) =>
    deliver({ service, drafts: [], cursors }),
  );

  function awaitMore(items: readonly Item[]): void {
    waiting.add(items);
    for (const reason of new Set(items.map(({ value }) => value.reason))) {
      const own = items.filter(({ value }) => value.reason === reason);
      due.later(
        WAIT_MS[reason],
        own.map(({ id }) => id),
      );
    }
  }

  function tell(plan: Plan, span: OtlpSpan): void {
    plan.told.push({ span, isFinal: false });
    if (isFailureOpen(span, book)) plan.put.push(itemOf(span, 'failure'));
  }

  /** Claude Code's calls have keys of their own, whatever is around them. */
  function recordOf(service: string, spans: readonly OtlpSpan[]) {
    const own = service === CLAUDE_CODE ? [] : [...new Set(spans)];
    return record.save(
      own.flatMap((span) => book.knownOf(span) ?? []),
      (traceId) => book.isOfAgents(traceId),
    );
  }

  async function carryOut(service: string, plan: Plan): Promise<void> {
    const { told, put, taken, renamed } = plan;
    const change = shelf.exchange(taken, put);
    const known = change.hasRoom ? told : [...told, ...put.map(atOnce)];
    const drafts = [true, false].flatMap((isFinal) => {
      const spans = known.filter((one) => one.isFinal === isFinal).map(({ span }) => span);
      return spanDrafts(spans, book, isFinal);
    });
    drafts.push(...renamedDrafts(renamed, book));
    const [first = put[0]?.value] = known;
    if (first !== undefined && drafts.length + put.length > 0) {
      drafts.unshift(organismDraft(service, first.span.startAt, first.span.resource));
    }
    // After the drafts: which calls are billed is known now.
    const recorded = recordOf(
      service,
      [...known, ...put.map(atOnce)].map(({ span }) => span),
    );
    const unnamed = late.exchange(
      renamed,
      known.filter(({ isFinal }) => isFinal).map(({ span }) => span),
    );
    const cursors = { ...change.cursors, ...recorded.cursors, ...unnamed.cursors };
    const parts = [change, recorded, unnamed];
    await storeOrUndo(
      {
        done: () => parts.forEach((part) => part.done()),
        undo: () => parts.forEach((part) => part.undo()),
      },
      () => deliver({ service, drafts, cursors }),
    );
    if (change.hasRoom) awaitMore(put);
  }

  async function tellDue(ids: readonly string[]): Promise<void> {
    const items = ids.flatMap((id) => shelf.get(id) ?? []);
    for (const [service, own] of byService(items, ({ value }) => value.span.resource)) {
      const taken = own.map(({ id }) => id);
      await due.attempt(taken, () =>
        carryOut(service, { told: own.map(atOnce), put: [], taken, renamed: [] }),
      );
    }
  }

  return {
    async take(received) {
      const spans = received.filter(({ resource }) => !CODEX_SERVICE.test(serviceOf(resource)));
      noteSpans(spans, book);
      const plans = new Map<string, Plan>();
      const planOf = (span: OtlpSpan): Plan => {
        const service = serviceOf(span.resource);
        const plan = plans.get(service) ?? { told: [], put: [], taken: [], renamed: [] };
        plans.set(service, plan);
        return plan;
      };
      for (const { id, value } of waiting.beside(spans)) {
        const { span, reason } = value;
        const isToldBelow = reason === 'failure' && book.isToldBelow(span);
        const isNamed = reason === 'names' && reasonToWait(span, book) === null;
        if (isToldBelow || isNamed) planOf(span).taken.push(id);
        if (isNamed) tell(planOf(span), span);
      }
      for (const span of late.namedBy(spans)) planOf(span).renamed.push(span);
      for (const span of spans) {
        const reason = reasonToWait(span, book);
        if (reason === null) tell(planOf(span), span);
        else planOf(span).put.push(itemOf(span, reason));
      }
      for (const [service, plan] of plans) await carryOut(service, plan);
    },
    async start() {
      book.restore(await record.load());
      const items = await shelf.load();
      noteSpans(
        items.map(({ value }) => value.span),
        book,
      );
      awaitMore(items);
      noteSpans(await late.load(), book);
    },
    stop() {
      due.stop();
      late.stop();
    },
  };
}

function itemOf(span: OtlpSpan, reason: Reason): Item {
  const organismId = serviceOf(span.resource);
  return { id: `${reason}:${idOf(span)}`, organismId, value: { span, reason } };
}

function atOnce({ value }: Item): { span: OtlpSpan; isFinal: boolean } {
  return { span: value.span, isFinal: true };
}

const waitingSchema = z.object({ reason: z.enum(REASONS), span: z.unknown() });

function readWaiting(written: unknown): Waiting | null {
  const waiting = waitingSchema.safeParse(written).data;
  const span = readWrittenSpan(waiting?.span);
  return waiting === undefined || span === null ? null : { span, reason: waiting.reason };
}
