import type { DueTimers } from '../due-timers.ts';
import { createDueTimers } from '../due-timers.ts';
import type { ReceiverDeps } from '../receiver.ts';
import type { ShelfChange, ShelfItem } from '../shelf.ts';
import { createShelf } from '../shelf.ts';
import { placeOf } from './call-drafts.ts';
import type { SpanBook } from './span-book.ts';
import { idOf } from './span-book.ts';
import { kindOfSpan } from './span-kind.ts';
import { readWrittenSpan, writeSpan } from './span-text.ts';
import { createTraceIndex } from './trace-index.ts';
import type { OtlpSpan } from './wire.ts';
import { byService, serviceOf } from './wire.ts';

/** The span of an agent that works for longer names no call of its beginning. */
const KEPT_MS = 30 * 60_000;
/** What is said is told already: only what a bill is made of is kept. */
const MAX_VALUE_CHARS = 300;

/**
 * Calls that were told before anyone named their agent or thread, kept so that an ancestor that
 * comes late can name them after all.
 */
export interface LateNames {
  load(): Promise<readonly OtlpSpan[]>;
  /** Calls in the traces of these spans that have names by now. */
  namedBy(spans: readonly OtlpSpan[]): OtlpSpan[];
  /** Lets go of calls that are named, and keeps those of others that are told as they are. */
  exchange(named: readonly OtlpSpan[], told: readonly OtlpSpan[]): ShelfChange;
  stop(): void;
}

type Deps = Pick<ReceiverDeps, 'getCursor' | 'log' | 'redact' | 'schedule'>;
type Store = (service: string, cursors: ShelfChange['cursors']) => Promise<void>;

export function createLateNames(deps: Deps, book: SpanBook, store: Store): LateNames {
  const shelf = createShelf<OtlpSpan>({
    ...deps,
    name: 'late',
    write: (span) => writeSpan(lightened(span), deps.redact),
    read: readWrittenSpan,
  });
  const index = createTraceIndex(shelf, (span) => span);
  const due: DueTimers = createDueTimers(deps, letGo);

  function keep(items: readonly ShelfItem<OtlpSpan>[]): void {
    index.add(items);
    due.later(
      KEPT_MS,
      items.map(({ id }) => id),
    );
  }

  async function letGo(ids: readonly string[]): Promise<void> {
    const spans = ids.flatMap((id) => shelf.get(id)?.value ?? []);
    for (const [service, own] of byService(spans, ({ resource }) => resource)) {
      const taken = own.map(idOf);
      await due.attempt(taken, async () => {
        const change = shelf.exchange(taken, []);
        await storeOrUndo(change, () => store(service, change.cursors));
      });
    }
  }

  return {
    async load() {
      const items = await shelf.load();
      keep(items);
      return items.map(({ value }) => value);
    },
    namedBy: (spans) =>
      index
        .beside(spans)
        .map(({ value }) => value)
        .filter((span) => book.ancestryOf(span).isSettled),
    exchange(named, told) {
      const unnamed = told.filter(
        (span) => kindOfSpan(span) === 'model-call' && placeOf(span, book).standIns.length > 0,
      );
      const items = unnamed.map((span) => ({
        id: idOf(span),
        organismId: serviceOf(span.resource),
        value: span,
      }));
      const change = shelf.exchange(named.map(idOf), items);
      return {
        ...change,
        done() {
          change.done();
          if (change.hasRoom) keep(items);
        },
      };
    },
    stop: () => due.stop(),
  };
}

/** Whatever else becomes of a change when it could not be stored. */
export async function storeOrUndo(
  { done, undo }: Pick<ShelfChange, 'done' | 'undo'>,
  store: () => Promise<void>,
): Promise<void> {
  try {
    await store();
  } catch (error) {
    undo();
    throw error;
  }
  done();
}

function lightened(span: OtlpSpan): OtlpSpan {
  const short = [...span.attributes].filter(([, value]) =>
    typeof value === 'string' ? value.length <= MAX_VALUE_CHARS : typeof value !== 'object',
  );
  return { ...span, attributes: new Map(short), events: [] };
}
