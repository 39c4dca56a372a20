/** The process of the dashboards. Spoken to over `startChild`. */
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

import type { DashboardsCommand, DashboardsReport } from './dashboards-messages.ts';

const MAX_FAILURES = 10;

const all = createHistogram();
const byPath = new Map<string, ReturnType<typeof createHistogram>>();
const failures: string[] = [];

async function ask(url: string, path: string): Promise<void> {
  const startedAt = performance.now();
  const response = await fetch(`${url}${path}`);
  const text = await response.text();
  const micros = Math.max(1, Math.round((performance.now() - startedAt) * 1000));
  all.record(micros);
  const own = byPath.get(path) ?? createHistogram();
  byPath.set(path, own);
  own.record(micros);
  if (response.ok || failures.length >= MAX_FAILURES) return;
  failures.push(`${path}: ${response.status} ${text.slice(0, 200)}`);
}

async function play(
  { url, paths, pauseMs }: Extract<DashboardsCommand, { do: 'start' }>,
  index: number,
): Promise<never> {
  for (let turn = index; ; turn += 1) {
    await ask(url, paths[turn % paths.length] ?? '/');
    await wait(pauseMs);
  }
}

/** Since the last report. */
function report(): DashboardsReport {
  const slowest = [...byPath]
    .map(([path, times]) => ({ path, p99Ms: times.percentile(99) / 1000 }))
    .toSorted((a, b) => b.p99Ms - a.p99Ms);
  const result = {
    answers: all.count,
    p50Ms: all.percentile(50) / 1000,
    p95Ms: all.percentile(95) / 1000,
    p99Ms: all.percentile(99) / 1000,
    slowest,
    failures: failures.splice(0),
  };
  all.reset();
  byPath.clear();
  return result;
}

process.on('message', (command: DashboardsCommand & { readonly id: number }) => {
  const { id } = command;
  if (command.do === 'report') return void process.send?.({ id, ...report() });
  for (let index = 0; index < command.count; index += 1) void play(command, index);
  process.send?.({ id });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0 });
