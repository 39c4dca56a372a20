import type { Bar, Figure } from './figures.ts';
import { isMet, median, ratioOf } from './figures.ts';
import type { BenchRun } from './results.ts';

/** Older runs are in results.jsonl and no longer drawn. */
const DRAWN_RUNS = 30;
/** What a figure is compared with: the median of so many runs before it. */
const COMPARED_RUNS = 5;
/** Closer than this is a tie on a machine that is not ours alone. */
const TIE = 0.15;

/** One quantity over the runs of one machine. */
export interface HistoryRow {
  readonly name: string;
  readonly unit: string;
  readonly bar: Bar | null;
  /** Oldest first, at least one. */
  readonly points: readonly HistoryPoint[];
  readonly latest: number;
  readonly isMet: boolean | null;
  /** Share by which the latest differs from the runs before it; null where there is nothing to compare with. */
  readonly change: number | null;
  readonly isWorse: boolean;
}

export interface HistoryPoint {
  readonly value: number;
  readonly commit: string;
  readonly startedAt: string;
  /** Others were at work on the machine when the run began. */
  readonly isBusy: boolean;
}

export interface HistorySection {
  readonly title: string;
  readonly rows: readonly HistoryRow[];
}

/** Only runs of the latest one's machine and Node: other machines' times do not compare. */
export function traceHistory(runs: readonly BenchRun[]): readonly HistorySection[] {
  const last = runs.at(-1);
  const comparable = runs.filter(
    ({ cpu, cores, node }) => cpu === last?.cpu && cores === last.cores && node === last.node,
  );
  return latestSections(comparable).map(({ name, title, figures }) => ({
    title,
    rows: figures.flatMap((figure) =>
      (figure.bars?.length ? figure.bars : [null]).map((bar) =>
        traceRow(comparable, name, figure, bar),
      ),
    ),
  }));
}

/** The newest result of each section, in the order of their names. */
export function latestSections(runs: readonly BenchRun[]) {
  const latest = new Map(
    runs.flatMap(({ sections, ...machine }) =>
      sections.map((section) => [section.name, { ...section, machine }] as const),
    ),
  );
  return [...latest.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function traceRow(
  runs: readonly BenchRun[],
  section: string,
  latest: Figure,
  bar: Bar | null,
): HistoryRow {
  const read = (figure: Figure): number =>
    bar?.of === 'ratio' ? ratioOf(figure) : median(figure.rounds);
  const points = runs.flatMap((run) => {
    const figures = run.sections.find(({ name }) => name === section)?.figures ?? [];
    return figures
      .filter(({ name }) => name === latest.name)
      .map((figure) => ({
        value: read(figure),
        commit: run.commit,
        startedAt: run.startedAt,
        isBusy: run.loadBefore > run.cores,
      }));
  });
  const before = points.slice(-1 - COMPARED_RUNS, -1).map(({ value }) => value);
  const share = read(latest) / median(before) - 1;
  const change = Number.isFinite(share) ? share : null;
  const worsening = isMoreBetter(latest.unit, bar) ? -(change ?? 0) : (change ?? 0);
  return {
    name: latest.name,
    unit: bar?.of === 'ratio' ? '×' : latest.unit,
    bar,
    points: points.slice(-DRAWN_RUNS),
    latest: read(latest),
    isMet: bar === null ? null : isMet(bar, latest),
    change,
    isWorse: worsening > TIE,
  };
}

/** A rate without a bar should be high; a time, a weight or a loss should be low. */
function isMoreBetter(unit: string, bar: Bar | null): boolean {
  return bar === null ? unit.endsWith('/s') : bar.atLeast !== undefined;
}
