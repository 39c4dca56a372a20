import { describe, expect, it } from 'vitest';

import type { MessageRow } from '#organism/api/resources.ts';
import type { EventOf } from '#organism/event.ts';

import {
  countNewerRows,
  findRowIndex,
  messageRef,
  newestSeqOf,
  prepareTimeline as prepareAll,
  withLinked,
} from './prepare-timeline.ts';

const START = Date.UTC(2026, 10, 21, 4);

/** @param second when it was said, counted from the start */
const stored = (seq: number, second: number, patch: Partial<MessageRow> = {}): MessageRow => ({
  id: `m${seq}`,
  threadId: 't',
  from: 'planner',
  to: 'coder',
  payloadType: 'Task',
  payload: { second },
  timestamp: new Date(START + second * 1000).toISOString(),
  seq,
  ...patch,
});

const live = (seq: number, second: number): EventOf<'message'> => ({
  ...stored(seq, second),
  seq,
  type: 'message',
  key: `message:m${seq}`,
  organismId: 'o',
  source: 's',
  occurredAt: START + second * 1000,
  receivedAt: START + second * 1000,
  slotIndex: undefined,
});

const prepareTimeline = (input: Omit<Parameters<typeof prepareAll>[0], 'amendments'>) =>
  prepareAll({ ...input, amendments: [] });
const ids = (rows: ReturnType<typeof prepareAll>) => rows.map((row) => row.message.id);

describe('the timeline', () => {
  it('goes on from the stored messages with the live ones, each once', () => {
    const rows = prepareTimeline({
      stored: [stored(1, 1), stored(2, 2)],
      live: [live(2, 2), live(3, 3)],
      isFolding: true,
    });
    expect(ids(rows)).toEqual(['m1', 'm2', 'm3']);
  });

  it('stands in the order things were said, whatever order they were stored in', () => {
    const rows = prepareTimeline({
      stored: [stored(1, 9), stored(2, 1)],
      live: [],
      isFolding: false,
    });
    expect(ids(rows)).toEqual(['m2', 'm1']);
  });

  it('shows a message as it was told last, also where the live picture has let it go', () => {
    const amends = { seq: 1, key: 'message:m1' };
    const rows = prepareAll({
      stored: [stored(1, 1), stored(2, 2)],
      live: [],
      amendments: [{ ...live(9, 1), id: 'm1', payload: { text: 'all of it' }, amends }],
      isFolding: false,
    });
    expect(rows.map(({ message }) => message.payload)).toEqual([
      { text: 'all of it' },
      { second: 2 },
    ]);
  });

  it('folds a hop recorded twice, across the seam to the live picture too, and can be told not to', () => {
    const input = {
      stored: [stored(1, 1, { payload: { goal: 'x' } })],
      live: [{ ...live(2, 2), payload: { goal: 'x' } }],
    };
    const folded = prepareTimeline({ ...input, isFolding: true });
    expect(folded.map((row) => [row.message.id, row.repeats])).toEqual([['m1', 2]]);
    expect(prepareTimeline({ ...input, isFolding: false })).toHaveLength(2);
  });

  it('counts what came since the reader left the end, and nothing while they are there', () => {
    const rows = prepareTimeline({
      stored: [stored(1, 1), stored(2, 2), stored(3, 3)],
      live: [],
      isFolding: false,
    });
    expect(countNewerRows(rows, 1)).toBe(2);
    expect(countNewerRows(rows, null)).toBe(0);
    expect(newestSeqOf(rows)).toBe(3);
  });

  it('finds a message by its place in the journal and by its id', () => {
    const rows = prepareTimeline({
      stored: [stored(7, 1), stored(8, 2, { id: 'abc', seq: undefined })],
      live: [],
      isFolding: false,
    });
    expect(rows.map((row) => messageRef(row.message))).toEqual(['7', 'abc']);
    expect(findRowIndex(rows, '7')).toBe(0);
    expect(findRowIndex(rows, 'abc')).toBe(1);
    expect(findRowIndex(rows, 'm7')).toBe(0);
    expect(findRowIndex(rows, '8')).toBe(-1);
  });
});

it('asks for the thread itself first, however large its conversation', () => {
  expect(withLinked('c', ['a', 'b', 'c', 'd'], 3)).toEqual(['c', 'a', 'b']);
});
