import { z } from 'zod';

import { createBoundedMap } from '../bounded-map.ts';
import type { ReceiverDeps } from '../receiver.ts';
import type { ShelfChange } from '../shelf.ts';
import type { KnownSpan } from './span-book.ts';
import { MAX_SPANS } from './span-book.ts';

/** Counts the slots ever begun: the newest is the last of them. */
const COUNT_CURSOR = 'book';
const MAX_SLOTS = 512;
/** A slot is written anew with each delivery until it has so many spans. */
const FULL_SLOT = MAX_SPANS / MAX_SLOTS;
/** Spans of a trace that is nothing of agents so far, in case it becomes one. */
const MAX_QUIET_TRACES = 1000;
const MAX_QUIET_SPANS = 50;

/**
 * What the book knows, for the next life of the process: a call that is billed stays so, whatever
 * comes around it or below it after a restart. Facts only, no content; the newest spans of traces
 * that agents take part in, stored with the delivery that tells of them.
 */
export interface SpanRecord {
  /** Oldest first, as they were noted. */
  load(): Promise<readonly KnownSpan[]>;
  /** @param isOfAgents whether something of its trace is told */
  /** What was not stored goes with the next delivery. */
  save(spans: readonly KnownSpan[], isOfAgents: (traceId: string) => boolean): ShelfChange;
}

type Deps = Pick<ReceiverDeps, 'getCursor' | 'redact'>;

export function createSpanRecord({ getCursor, redact }: Deps): SpanRecord {
  /** Rows by slot, oldest slot first; the last one is being filled. */
  const slots = new Map<number, string[]>();
  const quiet = createBoundedMap<KnownSpan[]>(MAX_QUIET_TRACES);
  const unsaved = new Set<number>();
  let begun = 0;

  function newest(): string[] {
    const slot = slots.get(begun - 1);
    if (slot !== undefined && slot.length < FULL_SLOT) return slot;
    const next: string[] = [];
    slots.set(begun, next);
    begun += 1;
    return next;
  }

  function add(span: KnownSpan): void {
    newest().push(JSON.stringify(toRow(span, redact)));
    unsaved.add(begun - 1);
    if (slots.size <= MAX_SLOTS) return;
    const [oldest = 0] = slots.keys();
    slots.delete(oldest);
    unsaved.add(oldest);
  }

  function addWithTrace(span: KnownSpan): void {
    for (const before of quiet.get(span.traceId) ?? []) add(before);
    if (quiet.has(span.traceId)) quiet.set(span.traceId, []);
    add(span);
  }

  function keepQuietly(span: KnownSpan): void {
    const known = quiet.get(span.traceId) ?? [];
    if (known.length < MAX_QUIET_SPANS) quiet.set(span.traceId, [...known, span]);
  }

  return {
    async load() {
      begun = Number((await getCursor(COUNT_CURSOR)) ?? '0');
      const first = Math.max(0, begun - MAX_SLOTS);
      const kept = Array.from({ length: begun - first }, (_, i) => first + i);
      const texts = await Promise.all(kept.map((slot) => getCursor(nameOf(slot))));
      return kept.flatMap((slot, i) => {
        const rows = rowsIn(texts[i] ?? '');
        const written = rows.map((row) => JSON.stringify(row));
        if (rows.length > 0) slots.set(slot, written);
        return rows.map(fromRow);
      });
    },
    save(spans, isOfAgents) {
      for (const span of spans) {
        if (isOfAgents(span.traceId)) addWithTrace(span);
        else keepQuietly(span);
      }
      // One that is forgotten before a newer one that has taken its name.
      const saved = [...unsaved].toSorted((a, b) => a - b);
      unsaved.clear();
      if (saved.length === 0) return NO_CHANGE;
      const cursors = new Map([[COUNT_CURSOR, String(begun)]]);
      for (const slot of saved) cursors.set(nameOf(slot), toText(slots.get(slot)));
      return {
        cursors: Object.fromEntries(cursors),
        done: () => undefined,
        undo() {
          for (const slot of saved) unsaved.add(slot);
        },
      };
    },
  };
}

const NO_CHANGE: ShelfChange = { cursors: {}, done: () => undefined, undo: () => undefined };

function nameOf(slot: number): string {
  return `${COUNT_CURSOR}:${slot % (MAX_SLOTS + 1)}`;
}

function toText(rows: readonly string[] | undefined): string {
  return rows === undefined ? '' : `[${rows.join(',')}]`;
}

const rowSchema = z.tuple([
  z.string(),
  z.string(),
  z.string().nullable(),
  z.number(),
  z.string().nullable(),
  z.string().nullable(),
]);
type Row = z.infer<typeof rowSchema>;

const FLAGS = ['isTelling', 'isCall', 'isBoundary', 'isFailed', 'isBilled'] as const;

/** Names are somebody's words, and stored: the rest is ids and times. */
function toRow(span: KnownSpan, redact: Deps['redact']): Row {
  const { traceId, spanId, parentSpanId, agent, thread } = span;
  const flags = FLAGS.reduce((bits, flag, i) => bits | (span[flag] ? 1 << i : 0), 0);
  return [traceId, spanId, parentSpanId, flags, nameIn(redact, agent), nameIn(redact, thread)];
}

function nameIn(redact: Deps['redact'], name: string | null): string | null {
  return name === null ? null : String(redact(name));
}

function fromRow([traceId, spanId, parentSpanId, flags, agent, thread]: Row): KnownSpan {
  const has = (flag: (typeof FLAGS)[number]): boolean => (flags & (1 << FLAGS.indexOf(flag))) > 0;
  return {
    traceId,
    spanId,
    parentSpanId,
    agent,
    thread,
    isTelling: has('isTelling'),
    isCall: has('isCall'),
    isBoundary: has('isBoundary'),
    isFailed: has('isFailed'),
    isBilled: has('isBilled'),
  };
}

/** Nothing of what another version wrote in another way. */
function rowsIn(text: string): Row[] {
  return text === '' ? [] : (z.array(rowSchema).safeParse(JSON.parse(text)).data ?? []);
}
