import { describe, expect, it } from 'vitest';

import { drawHistory } from './history-svg.ts';
import { traceHistory } from './history.ts';
import type { BenchRun } from './results.ts';

const BAR = { atLeast: 40_000 };

function runOf(value: number, more: Partial<BenchRun> = {}): BenchRun {
  const figure = { name: 'events & rows', unit: 'events/s', rounds: [value], bars: [BAR] };
  const plain = { name: 'wait', unit: 'ms', rounds: [1e6 / value] };
  const section = { name: 'ingest', title: 'Ingest', seconds: 1, load: 1, notes: [] };
  return {
    cpu: 'a processor',
    cores: 2,
    memoryGiB: 24,
    platform: 'linux',
    node: 'v24.0.0',
    commit: 'abc',
    startedAt: '2026-01-01T00:00:00.000Z',
    loadBefore: 0,
    sections: [{ ...section, figures: [figure, plain] }],
    ...more,
  };
}

const rowsOf = (runs: readonly BenchRun[]) => traceHistory(runs)[0]?.rows ?? [];

describe('history', () => {
  it('calls a rate that fell, and a time that rose, worse', () => {
    const [rate, time] = rowsOf([runOf(50_000), runOf(50_000), runOf(41_000)]);
    expect(rate).toMatchObject({ isWorse: true, isMet: true, latest: 41_000 });
    expect(time).toMatchObject({ isWorse: true, isMet: null });
    expect(rate?.change).toBeCloseTo(-0.18);
  });

  it('calls what rose, or moved within a tie, not worse', () => {
    expect(rowsOf([runOf(50_000), runOf(90_000)])[0]?.isWorse).toBe(false);
    expect(rowsOf([runOf(50_000), runOf(45_000)])[0]?.isWorse).toBe(false);
  });

  it('judges the latest by its bar', () => {
    expect(rowsOf([runOf(50_000), runOf(39_999)])[0]?.isMet).toBe(false);
    expect(rowsOf([runOf(Number.NaN)])[0]?.isMet).toBe(false);
  });

  it('leaves out the runs of another machine', () => {
    const [row] = rowsOf([runOf(90_000, { cores: 64 }), runOf(50_000)]);
    expect(row).toMatchObject({ change: null, isWorse: false });
    expect(row?.points).toHaveLength(1);
  });

  it('draws what cannot be measured, and names as text', () => {
    const svg = drawHistory(traceHistory([runOf(Number.NaN), runOf(0), runOf(5)]), 'a < b');
    expect(svg).toContain('events &amp; rows');
    expect(svg).toContain('a &lt; b');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});
