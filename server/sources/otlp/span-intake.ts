import { z } from 'zod';

import type { EventDraft } from '#organism/event.ts';

import { organismDraft } from '../drafts.ts';
import { createDueTimers } from '../due-timers.ts';
import type { ReceiverDeps } from '../receiver.ts';
import type { ShelfItem } from '../shelf.ts';
import { createShelf } from '../shelf.ts';
import { createSpanBook, idOf } from './span-book.ts';
import { noteSpans, spanDrafts } from './span-drafts.ts';
import { readWrittenSpan, writeSpan } from './span-text.ts';
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
}

export function createSpanIntake(
  deps: Pick<ReceiverDeps, 'getCursor' | 'log' | 'redact' | 'schedule'>,
  deliver: (delivery: SpanDelivery) => Promise<void>,
): SpanIntake {
  const { redact } = deps;
  const book = createSpanBook();
  const shelf = createShelf<Waiting>({
    ...deps,
    write: ({ span, reason }) => ({ reason, span: writeSpan(span, redact) }),
    read: readWaiting,
  });
  const waitingIn = new Map<string, Set<string>>();
  const due = createDueTimers(deps, tellDue);

  function awaitMore(items: readonly Item[]): void {
    for (const { id, value } of items) {
      const { traceId } = value.span;
      waitingIn.set(traceId, (waitingIn.get(traceId) ?? new Set()).add(id));
    }
    for (const reason of new Set(items.map(({ value }) => value.reason))) {
      const own = items.filter(({ value }) => value.reason === reason);
      due.later(
        WAIT_MS[reason],
        own.map(({ id }) => id),
      );
    }
  }

  /** What waits in the traces of these spans. */
  function waitingBeside(spans: readonly OtlpSpan[]): Item[] {
    const items: Item[] = [];
    for (const traceId of new Set(spans.map((span) => span.traceId))) {
      const ids = waitingIn.get(traceId);
      if (ids === undefined) continue;
      for (const id of ids) {
        const item = shelf.get(id);
        if (item === undefined) ids.delete(id);
        else items.push(item);
      }
      if (ids.size === 0) waitingIn.delete(traceId);
    }
    return items;
  }

  function tell(plan: Plan, span: OtlpSpan): void {
    plan.told.push({ span, isFinal: false });
    if (isFailureOpen(span, book)) plan.put.push(itemOf(span, 'failure'));
  }

  async function carryOut(service: string, { told, put, taken }: Plan): Promise<void> {
    const change = shelf.exchange(taken, put);
    const known = change.hasRoom ? told : [...told, ...put.map(atOnce)];
    const drafts = [true, false].flatMap((isFinal) => {
      const spans = known.filter((one) => one.isFinal === isFinal).map(({ span }) => span);
      return spanDrafts(spans, book, isFinal);
    });
    const [first = put[0]?.value] = known;
    if (first !== undefined && drafts.length + put.length > 0) {
      drafts.unshift(organismDraft(service, first.span.startAt, first.span.resource));
    }
    try {
      await deliver({ service, drafts, cursors: change.cursors });
    } catch (error) {
      change.undo();
      throw error;
    }
    change.done();
    if (change.hasRoom) awaitMore(put);
  }

  async function tellDue(ids: readonly string[]): Promise<void> {
    const items = ids.flatMap((id) => shelf.get(id) ?? []);
    for (const [service, own] of byService(items, ({ value }) => value.span.resource)) {
      const taken = own.map(({ id }) => id);
      await due.attempt(taken, () => carryOut(service, { told: own.map(atOnce), put: [], taken }));
    }
  }

  return {
    async take(received) {
      const spans = received.filter(({ resource }) => !CODEX_SERVICE.test(serviceOf(resource)));
      noteSpans(spans, book);
      const plans = new Map<string, Plan>();
      const planOf = (span: OtlpSpan): Plan => {
        const service = serviceOf(span.resource);
        const plan = plans.get(service) ?? { told: [], put: [], taken: [] };
        plans.set(service, plan);
        return plan;
      };
      for (const { id, value } of waitingBeside(spans)) {
        const { span, reason } = value;
        const isToldBelow = reason === 'failure' && book.isToldBelow(span);
        const isNamed = reason === 'names' && reasonToWait(span, book) === null;
        if (isToldBelow || isNamed) planOf(span).taken.push(id);
        if (isNamed) tell(planOf(span), span);
      }
      for (const span of spans) {
        const reason = reasonToWait(span, book);
        if (reason === null) tell(planOf(span), span);
        else planOf(span).put.push(itemOf(span, reason));
      }
      for (const [service, plan] of plans) await carryOut(service, plan);
    },
    async start() {
      const items = await shelf.load();
      noteSpans(
        items.map(({ value }) => value.span),
        book,
      );
      awaitMore(items);
    },
    stop: () => due.stop(),
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
