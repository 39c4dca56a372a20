import { z } from 'zod';

import type { ReceiverDeps } from './receiver.ts';

const MAX_SLOTS = 512;
const MAX_CHARS = 32 << 20;

export interface ShelfItem<T> {
  readonly id: string;
  /** Whose delivery stores it. */
  readonly organismId: string;
  readonly value: T;
}

/** A change of the shelf: in force at once, kept once the cursors are stored with a delivery. */
export interface ShelfChange {
  readonly cursors: Readonly<Record<string, string>>;
  /** After the commit. */
  done(): void;
  /** When nothing was committed. */
  undo(): void;
}

/**
 * What was received and is not told yet, because what is to come decides how. It is stored with the
 * delivery that brings it, so that it may be acknowledged, and taken off with the one that tells it:
 * a crash between two commits only repeats what has its key.
 */
export interface Shelf<T> {
  /** Of an earlier life of the process. */
  load(): Promise<readonly ShelfItem<T>[]>;
  get(id: string): ShelfItem<T> | undefined;
  /**
   * Takes off what is there of some items, and puts on others, all of one organism. An item that is
   * put again moves to where this delivery stores it.
   */
  exchange(taken: readonly string[], put: readonly ShelfItem<T>[]): ShelfExchange;
}

/** Without room nothing was put on: such items have to be told now. */
export type ShelfExchange = ShelfChange & { readonly hasRoom: boolean };

interface Kept<T> {
  readonly item: ShelfItem<T>;
  readonly slot: number;
  readonly text: string;
}

export interface ShelfDeps<T> extends Pick<ReceiverDeps, 'getCursor' | 'log'> {
  /** Of the cursors that its items are stored in, each of them a slot with a number. */
  readonly name?: string;
  /** To JSON, redacted: it is stored. */
  readonly write: (value: T) => unknown;
  /** Null for what an older version wrote in another way. */
  readonly read: (written: unknown) => T | null;
}

export function createShelf<T>(deps: ShelfDeps<T>): Shelf<T> {
  const { getCursor, log, write, read, name: shelfName = 'shelf' } = deps;
  const kept = new Map<string, Kept<T>>();
  /** What each slot holds; an empty one may be used again. */
  const slots = new Map<number, Set<Kept<T>>>();
  /** Slots that were ever used: where to look after a restart. */
  let known = 0;
  let chars = 0;

  const nameOf = (slot: number): string => `${shelfName}:${slot}`;

  function add(entry: Kept<T>): void {
    kept.set(entry.item.id, entry);
    const slot = slots.get(entry.slot) ?? new Set();
    slots.set(entry.slot, slot.add(entry));
    chars += entry.text.length;
  }

  function remove(entry: Kept<T>): void {
    if (kept.get(entry.item.id) === entry) kept.delete(entry.item.id);
    if (slots.get(entry.slot)?.delete(entry) === true) chars -= entry.text.length;
  }

  function freeSlot(): number | null {
    for (let slot = 0; slot < MAX_SLOTS; slot += 1) if (!slots.has(slot)) return slot;
    return null;
  }

  const forget = (slot: number): void => {
    if (slots.get(slot)?.size === 0) slots.delete(slot);
  };

  function putOn(items: readonly ShelfItem<T>[]): ShelfChange | null {
    if (items.length === 0) return NO_CHANGE;
    const slot = freeSlot();
    const texts = items.map((item) => JSON.stringify(toWritten(item, write)));
    const size = texts.reduce((sum, text) => sum + text.length, 0);
    if (slot === null || chars + size > MAX_CHARS) {
      log.warn({ items: items.length, chars: size }, 'no room to keep records: told at once');
      return null;
    }
    const entries = items.map((item, i) => ({ item, slot, text: texts[i] ?? '' }));
    for (const entry of entries) add(entry);
    const isNew = slot >= known;
    known = Math.max(known, slot + 1);
    return {
      cursors: {
        [nameOf(slot)]: toText(entries),
        ...(isNew ? { [shelfName]: String(known) } : {}),
      },
      done: () => undefined,
      undo() {
        for (const entry of entries) remove(entry);
        forget(slot);
      },
    };
  }

  function takeOff(ids: readonly string[]): ShelfChange {
    const taken = ids.flatMap((id) => kept.get(id) ?? []);
    for (const entry of taken) remove(entry);
    const touched = [...new Set(taken.map(({ slot }) => slot))];
    return {
      cursors: Object.fromEntries(
        touched.map((slot) => [nameOf(slot), toText([...(slots.get(slot) ?? [])])]),
      ),
      done() {
        for (const slot of touched) forget(slot);
      },
      undo() {
        for (const entry of taken) add(entry);
      },
    };
  }

  return {
    async load() {
      known = Number((await getCursor(shelfName)) ?? '0');
      for (let slot = 0; slot < known; slot += 1) {
        const text = await getCursor(nameOf(slot));
        if (text === null || text === '') continue;
        for (const item of itemsIn(text, read)) {
          add({ item, slot, text: JSON.stringify(toWritten(item, write)) });
        }
      }
      return [...kept.values()].map(({ item }) => item);
    },
    get: (id) => kept.get(id)?.item,
    exchange(taken, put) {
      const off = takeOff([...taken, ...put.map(({ id }) => id)]);
      const on = putOn(put);
      return {
        hasRoom: on !== null,
        cursors: { ...off.cursors, ...on?.cursors },
        done() {
          off.done();
          on?.done();
        },
        undo() {
          on?.undo();
          off.undo();
        },
      };
    },
  };
}

const NO_CHANGE: ShelfChange = { cursors: {}, done: () => undefined, undo: () => undefined };

function toWritten<T>({ id, organismId, value }: ShelfItem<T>, write: (value: T) => unknown) {
  return { id, organismId, value: write(value) };
}

function toText<T>(entries: readonly Kept<T>[]): string {
  return entries.length === 0 ? '' : `[${entries.map(({ text }) => text).join(',')}]`;
}

const writtenSchema = z.array(
  z.object({ id: z.string(), organismId: z.string(), value: z.unknown() }),
);

function itemsIn<T>(text: string, read: (written: unknown) => T | null): ShelfItem<T>[] {
  return writtenSchema.parse(JSON.parse(text)).flatMap(({ id, organismId, value }) => {
    const known = read(value);
    return known === null ? [] : [{ id, organismId, value: known }];
  });
}
