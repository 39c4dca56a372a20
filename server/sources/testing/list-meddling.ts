import { z } from 'zod';

import type { Meddler } from './meddler.ts';

/** Changes one list of the answers of one kind of path, for the contract runs of polled sources. */
export interface ListMeddling {
  /** These rows are in the next answer too, before its own. */
  addOnce(rows: readonly unknown[]): void;
  repeat(): void;
  reverse(): void;
}

const bodySchema = z.record(z.string(), z.unknown());
const listSchema = z.array(z.unknown());

export function meddleWithList(
  meddler: Meddler,
  place: { path: RegExp; list: string },
): ListMeddling {
  let change: (rows: readonly unknown[]) => readonly unknown[] = (rows) => rows;
  let added: readonly unknown[] = [];
  meddler.onAnswer((path, text) => {
    if (!place.path.test(path)) return text;
    const body = bodySchema.parse(JSON.parse(text));
    const rows = listSchema.parse(body[place.list] ?? []);
    const list = [...added, ...change(rows)];
    added = [];
    return JSON.stringify({ ...body, [place.list]: list });
  });
  return {
    addOnce(rows) {
      added = rows;
    },
    repeat() {
      change = (rows) => rows.flatMap((row) => [row, row]);
    },
    reverse() {
      change = (rows) => rows.toReversed();
    },
  };
}
