import { beforeEach, describe, expect, it } from 'vitest';

import type { LiveView } from '#components/live/live-store.ts';
import { applyAll } from '#organism/apply.ts';
import type { EventOf } from '#organism/event.ts';
import { emptyOrganism, MAX_RECENT_MESSAGES, type OrganismState } from '#organism/state.ts';

import { matchesFilter, NO_FILTER } from './message-filter.ts';
import { fromEvent, type MessageItem } from './message-item.ts';
import { createMessageLog, MAX_LOG_ITEMS, type MessageLog } from './message-log.ts';
import { mergeStream } from './prepare-stream.ts';

const event = (seq: number, fields: Partial<EventOf<'message'>> = {}): EventOf<'message'> => ({
  type: 'message',
  seq,
  organismId: 'desk',
  source: 'desk',
  key: `message:${seq}`,
  occurredAt: 1000 + seq,
  receivedAt: 1000 + seq,
  id: `m${seq}`,
  threadId: 't1',
  from: 'planner',
  to: 'coder',
  payloadType: 'Task',
  payload: { text: `number ${seq}` },
  ...fields,
});
const item = (seq: number, at = 1000 + seq): MessageItem => ({ ...fromEvent(event(seq)), at });
const seqs = (items: readonly MessageItem[]) => items.map(({ seq }) => seq);
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

let organism: OrganismState;
let listeners: Set<() => void>;
let due: (() => void)[];
let breaks: number;
let log: MessageLog;

beforeEach(() => {
  organism = emptyOrganism('desk');
  listeners = new Set();
  due = [];
  breaks = 0;
  log = createMessageLog({
    store: {
      getSnapshot: (): LiveView => ({
        organism,
        isLoaded: true,
        amendments: [],
        status: { kind: 'connecting' },
      }),
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    matches: (message) => matchesFilter(message, { ...NO_FILTER, agent: 'coder' }),
    setTimer(task) {
      due.push(task);
      return () => (due = due.filter((other) => other !== task));
    },
  });
});

function receive(...messages: EventOf<'message'>[]): void {
  organism = applyAll(organism, messages);
  for (const listener of listeners) listener();
}

function shown(): number[] {
  for (const task of due.splice(0)) task();
  return seqs(log.getSnapshot());
}

const start = () => log.start(() => (breaks += 1));

describe('the log of live messages', () => {
  it('keeps what passes, from before the start and after', () => {
    receive(event(1), event(2, { to: 'critic' }));
    start();
    receive(event(3), event(4, { from: 'coder', to: 'critic' }));
    expect(shown()).toEqual([1, 3, 4]);
  });

  it('keeps more than the live picture does, and shows bursts at once', () => {
    start();
    for (const seq of range(1, MAX_RECENT_MESSAGES + 50)) receive(event(seq));
    expect(due).toHaveLength(1);
    expect(shown()).toHaveLength(MAX_RECENT_MESSAGES + 50);
    expect(breaks).toBe(0);
  });

  it('says so when messages passed between two looks unseen', () => {
    start();
    receive(event(1));
    receive(...range(2, MAX_RECENT_MESSAGES + 1).map((seq) => event(seq)));
    expect(shown()).toEqual(range(2, MAX_RECENT_MESSAGES + 1));
    expect(breaks).toBe(1);
  });

  it('starts anew with another journal', () => {
    start();
    receive(event(50));
    organism = emptyOrganism('desk');
    receive(event(3));
    expect(shown()).toEqual([3]);
    expect(breaks).toBe(1);
  });

  it('lets the older half go at its bound and asks for a new reading', () => {
    start();
    for (const seq of range(1, MAX_LOG_ITEMS / 100 + 1)) {
      receive(...range(seq * 100, seq * 100 + 99).map((each) => event(each)));
    }
    expect(shown().length).toBeLessThanOrEqual(MAX_LOG_ITEMS);
    expect(breaks).toBe(1);
  });

  it('hears nothing once stopped', () => {
    start();
    log.stop();
    receive(event(1));
    expect(shown()).toEqual([]);
  });
});

describe('the stream of live and stored messages', () => {
  const merge = (
    live: readonly MessageItem[],
    past: readonly MessageItem[],
    hasMorePast: boolean,
    amended: readonly MessageItem[] = [],
  ) => mergeStream({ live, past, hasMorePast, amended });
  const amendedItem = (seq: number) => ({ ...item(seq), payload: { text: 'all of it' } });
  const texts = (items: readonly MessageItem[]) => items.map(({ payload }) => payload);

  it('shows each once, newest first, in the order of the source', () => {
    const late = item(7, 1002.5);
    const stream = merge([item(3), item(4), late], [item(3), item(2), item(1)], false);
    expect(seqs(stream)).toEqual([4, 3, 7, 2, 1]);
  });

  it('shows nothing from below the last stored row while more is to be read', () => {
    const late = [item(9, 1000.5), item(10, 1004)];
    const stored = [item(3), item(2)];
    expect(seqs(merge(late, stored, true))).toEqual([10, 3, 2]);
    expect(seqs(merge(late, stored, false))).toEqual([10, 3, 2, 9]);
  });

  it('shows what was told again in the place it has, live or stored', () => {
    const stream = merge([item(4), item(5)], [item(3), item(2)], true, [
      amendedItem(5),
      amendedItem(2),
    ]);
    expect(seqs(stream)).toEqual([5, 4, 3, 2]);
    expect(texts(stream)).toEqual([
      { text: 'all of it' },
      { text: 'number 4' },
      { text: 'number 3' },
      { text: 'all of it' },
    ]);
  });

  it('lets in what passes the filter only since it was told again, where no row is missing', () => {
    const amended = [amendedItem(6), amendedItem(1)];
    expect(seqs(merge([], [item(9), item(5)], true, amended))).toEqual([9, 6, 5]);
    expect(seqs(merge([], [item(9), item(5)], false, amended))).toEqual([9, 6, 5, 1]);
  });

  it('shows all that came live where nothing older can lie between', () => {
    const live = range(1, 6).map((seq) => item(seq));
    expect(seqs(merge(live, [item(6), item(5)], true))).toEqual([6, 5, 4, 3, 2, 1]);
  });
});

it('finds words in a payload as the store does, the last of which may be begun', () => {
  const message = { ...item(1), payload: { text: 'Say "Hello"\nthere' } };
  const matches = (text: string) => matchesFilter(message, { ...NO_FILTER, text });
  expect(matches('"hello" SAY')).toBe(true);
  expect(matches('hello\nthe')).toBe(true);
  expect(matches('ello')).toBe(false);
  expect(matches('good bye')).toBe(false);
});
