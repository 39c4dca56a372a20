import { z } from 'zod';

import type { ContractUpstream } from '../source-contract.ts';
import type { Meddler } from './meddler.ts';

/** What the contract does to an upstream that is polled through a proxy. */
type Meddled = Pick<
  ContractUpstream,
  | 'isLive'
  | 'sendMalformed'
  | 'sendPartial'
  | 'repeatInputs'
  | 'shuffleInputs'
  | 'disconnect'
  | 'reconnect'
  | 'openConnections'
>;

const bodySchema = z.record(z.string(), z.unknown());
const listSchema = z.array(z.unknown());

/**
 * Meddles with one list in the answers of one kind of path.
 * @param malformed rows that no reader accepts
 */
export function meddleWithList(
  meddler: Meddler,
  place: { readonly path: RegExp; readonly list: string; readonly malformed: readonly unknown[] },
): Meddled {
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
    isLive: (recorder) => recorder.of('source_status').at(-1)?.state === 'polling',
    sendMalformed() {
      added = place.malformed;
      return place.malformed.length;
    },
    sendPartial: () => meddler.cutNextAnswer(),
    repeatInputs() {
      change = (rows) => rows.flatMap((row) => [row, row]);
    },
    shuffleInputs() {
      change = (rows) => rows.toReversed();
    },
    async disconnect() {
      meddler.setDown(true);
    },
    async reconnect() {
      meddler.setDown(false);
    },
    openConnections: () => meddler.connections,
  };
}
