import { describe, expect, it } from 'vitest';

import type { EventOf } from '#organism/event.ts';

import { filterErrors, mergeErrors, severityRank } from './prepare-errors.ts';

const T0 = Date.parse('2026-11-21T05:00:00Z');
const live = (seq: number, at: number, rest: Partial<EventOf<'error'>> = {}): EventOf<'error'> => ({
  type: 'error',
  key: `error:${seq}`,
  seq,
  organismId: 'desk',
  source: 'desk',
  receivedAt: at,
  occurredAt: at,
  threadId: 't-1',
  agent: 'coder',
  text: `Handler timed out ${seq}`,
  severity: 'error',
  ...rest,
});
const stored = (seq: number, timestamp: string) => ({
  seq,
  threadId: null,
  agent: 'critic',
  error: 'Budget exhausted',
  severity: 'warning',
  timestamp,
});

describe('mergeErrors', () => {
  it('shows an error that is both live and stored once, newest first', () => {
    const rows = mergeErrors(
      [live(7, T0 + 2000), live(9, T0 + 3000)],
      [stored(7, '2026-11-21T05:00:02.000000Z'), stored(3, '2026-11-21T05:00:01.000000Z')],
    );
    expect(rows.map((row) => row.seq)).toEqual([9, 7, 3]);
    expect(rows[2]).toMatchObject({ at: T0 + 1000, text: 'Budget exhausted', agent: 'critic' });
  });

  it('folds pages that overlap because new rows pushed old ones on', () => {
    const page = [stored(3, '2026-11-21T05:00:01Z')];
    expect(mergeErrors([], [...page, ...page])).toHaveLength(1);
  });

  it('orders by time and then by place, and keeps what has no readable time at the end', () => {
    const rows = mergeErrors([live(1, T0), live(2, T0)], [stored(3, 'yesterday')]);
    expect(rows.map((row) => [row.seq, row.at])).toEqual([
      [2, T0],
      [1, T0],
      [3, null],
    ]);
  });
});

describe('filterErrors', () => {
  const none = { agent: null, thread: null, text: '', severity: null };
  const rows = mergeErrors(
    [live(1, T0), live(2, T0, { agent: null, threadId: null, severity: 'fatal' })],
    [stored(3, '2026-11-21T05:00:01Z')],
  );
  const seqs = (filter: Partial<Parameters<typeof filterErrors>[1]>) =>
    filterErrors(rows, { ...none, ...filter }).map((row) => row.seq);

  it.each([
    [{}, [3, 2, 1]],
    [{ agent: 'coder' }, [1]],
    [{ thread: 't-1' }, [1]],
    [{ severity: 'fatal' as const }, [2]],
    [{ text: ' OUT tim ' }, [2, 1]],
    [{ text: 'imed' }, []],
    [{ text: 'timed', agent: 'critic' }, []],
  ])('keeps what %o asks for', (filter, expected) => {
    expect(seqs(filter)).toEqual(expected);
  });
});

it('ranks severities, unknown words last', () => {
  const words = ['warning', 'odd', 'fatal', 'error'];
  expect(words.toSorted((a, b) => severityRank(b) - severityRank(a))).toEqual([
    'fatal',
    'error',
    'warning',
    'odd',
  ]);
});
