import { monitorEventLoopDelay } from 'node:perf_hooks';

import { Histogram, Registry, collectDefaultMetrics } from 'prom-client';

import type { AppendStats } from '#db/sqlite/append-queue.ts';
import type { Store } from '#db/store.ts';
import type { Retention } from '#organism/api/storage.ts';

import type { DoorCounters } from '../api/doors.ts';
import type { RefusedBodies } from '../api/refusal-tally.ts';
import type { HubCounters } from '../hub/hub.ts';
import type { PictureStats } from '../hub/pictures.ts';
import type { OrganismLimitStats } from '../ingest/organism-limit.ts';
import type { BackupStatus } from './backup-schedule.ts';
import type { DiskStatus } from './disk-guard.ts';
import { one, registerMetric } from './metric.ts';

/** An fsync alone takes 0.1 to 10 ms; beyond a second something is wrong with the disk. */
const COMMIT_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5];
const LOOP_RESOLUTION_MS = 10;
const LOOP_QUANTILES = [0.5, 0.99, 0.999, 1];
const NANOS = 1e9;

export interface Metrics {
  readonly contentType: string;
  /** Everything there is to know now, in Prometheus' text format. */
  read(): Promise<string>;
  /** One commit of the journal, from the moment it is sent to the writer until it is answered. */
  noteCommit(durationMs: number): void;
  stop(): void;
}

export interface MetricsDeps {
  readonly version: string;
  readonly store: Pick<Store, 'sourceCounts' | 'describe' | 'sumUsage'>;
  readonly journal: () => AppendStats;
  readonly hub: () => HubCounters;
  readonly organisms: () => OrganismLimitStats;
  readonly pictures: () => PictureStats;
  readonly refusals: () => readonly RefusedBodies[];
  readonly doors: () => DoorCounters;
  readonly disk: () => DiskStatus;
  readonly backups: () => BackupStatus;
  readonly retention: () => Promise<Retention[]>;
}

/** Numbers that are kept elsewhere are read when they are asked for: nothing is counted twice. */
export function createMetrics(deps: MetricsDeps): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  loop.enable();
  const commits = new Histogram({
    name: 'organoscope_commit_duration_seconds',
    help: 'One commit of the journal, from being sent to the writer until it is on the disk',
    buckets: COMMIT_SECONDS,
    registers: [registry],
  });
  registerProcess(registry, deps, loop);
  registerSources(registry, deps);
  registerJournal(registry, deps);
  registerDoors(registry, deps);
  registerOrganisms(registry, deps);
  registerLive(registry, deps);
  registerStorage(registry, deps);
  registerUpkeep(registry, deps);
  return {
    contentType: registry.contentType,
    read: () => registry.metrics(),
    noteCommit: (durationMs) => commits.observe(durationMs / 1000),
    stop: () => loop.disable(),
  };
}

function registerProcess(
  registry: Registry,
  { version }: MetricsDeps,
  loop: ReturnType<typeof monitorEventLoopDelay>,
): void {
  registerMetric(registry, {
    kind: 'gauge',
    name: 'build_info',
    help: 'Always 1; the version is its label',
    labelNames: ['version'],
    read: () => [{ value: 1, labels: { version } }],
  });
  registerMetric(registry, {
    kind: 'gauge',
    name: 'event_loop_delay_seconds',
    help: 'How late the event loop was since the last scrape',
    labelNames: ['quantile'],
    read() {
      const readings = LOOP_QUANTILES.map((quantile) => ({
        labels: { quantile: String(quantile) },
        value: Math.max(0, loop.percentile(quantile * 100) / NANOS - LOOP_RESOLUTION_MS / 1000),
      }));
      loop.reset();
      return readings;
    },
  });
}

function registerSources(registry: Registry, { store, refusals }: MetricsDeps): void {
  registerMetric(registry, {
    kind: 'counter',
    name: 'refused_bodies_total',
    help: 'Posted bodies refused whole since the start, by source and reason',
    labelNames: ['source', 'reason'],
    read: () =>
      refusals().map(({ source, reason, count }) => ({ labels: { source, reason }, value: count })),
  });
  registerMetric(registry, {
    kind: 'counter',
    name: 'events_total',
    help: 'Inputs received, for ever, by source and what became of them',
    labelNames: ['source', 'outcome'],
    read: async () =>
      (await store.sourceCounts()).flatMap(({ source, accepted, duplicate, rejected }) =>
        Object.entries({ accepted, duplicate, rejected }).map(([outcome, value]) => ({
          labels: { source, outcome },
          value,
        })),
      ),
  });
}

function registerJournal(registry: Registry, { journal }: MetricsDeps): void {
  registerNumbers(registry, journal, [
    ['gauge', 'journal_queued_events', 'Events that wait for a commit', 'queuedEvents'],
    ['gauge', 'journal_waiting_appends', 'Appends held back by a full queue', 'waitingAppends'],
    ['counter', 'journal_commits_total', 'Commits since the start', 'commits'],
    ['counter', 'journal_committed_events_total', 'Events in those commits', 'committedEvents'],
    ['counter', 'journal_delayed_appends_total', 'Appends that had to wait', 'delayedAppends'],
    ['counter', 'journal_refused_appends_total', 'Appends refused', 'refusedAppends'],
    ['counter', 'journal_busy_retries_total', 'Tries that met a foreign lock', 'busyRetries'],
  ]);
}

function registerDoors(registry: Registry, { doors }: MetricsDeps): void {
  registerNumbers(registry, doors, [
    ['gauge', 'push_pending_events', 'Pushed events that wait for their commit', 'pendingEvents'],
    ['counter', 'push_refused_total', 'Pushes told to come again', 'refusedPushes'],
    ['counter', 'push_refused_requests_total', 'Requests refused as a whole', 'refusedRequests'],
    ['gauge', 'senders', 'Open sockets of senders', 'senders'],
    ['counter', 'senders_refused_total', 'Senders refused: a bound was reached', 'refusedSenders'],
    ['counter', 'senders_terminated_total', 'Senders gone or not reading', 'terminatedSenders'],
    ['counter', 'bodies_turned_away_total', 'Bodies told to come again', 'turnedAwayBodies'],
  ]);
}

function registerOrganisms(registry: Registry, { organisms, pictures }: MetricsDeps): void {
  registerNumbers(registry, organisms, [
    ['gauge', 'organisms', 'Organisms that are known', 'known'],
    ['counter', 'organisms_refused_total', 'Deliveries of an organism too many', 'refused'],
  ]);
  registerNumbers(registry, pictures, [
    ['gauge', 'pictures', 'Live pictures in memory', 'hot'],
    ['counter', 'pictures_put_away_total', 'Live pictures that left the memory', 'putAway'],
    ['counter', 'pictures_brought_back_total', 'Live pictures that came back', 'broughtBack'],
  ]);
}

function registerLive(registry: Registry, { hub }: MetricsDeps): void {
  registerNumbers(registry, hub, [
    ['gauge', 'live_clients', 'Open sockets', 'open'],
    ['counter', 'live_refused_total', 'Upgrades refused because a bound was reached', 'refused'],
    ['counter', 'live_writes_total', 'Writes to sockets, each of one or more frames', 'writes'],
    ['counter', 'live_sent_bytes_total', 'Bytes of those writes', 'sentBytes'],
    ['counter', 'live_slow_total', 'Times a reader was left behind or ended', 'slow'],
    ['counter', 'live_resets_total', 'Snapshots sent to those who join or start over', 'resets'],
    ['counter', 'live_terminated_total', 'Sockets ended because the peer was gone', 'terminated'],
  ]);
}

/** A metric for each named field of one reading. */
function registerNumbers<F extends string>(
  registry: Registry,
  read: () => Readonly<Record<NoInfer<F>, number>>,
  rows: readonly (readonly [kind: 'gauge' | 'counter', name: string, help: string, field: F])[],
): void {
  for (const [kind, name, help, field] of rows) {
    registerMetric(registry, { kind, name, help, read: () => one(read()[field]) });
  }
}

function registerStorage(registry: Registry, { store }: MetricsDeps): void {
  // Several metrics of one scrape share an answer.
  const describe = shareBriefly(() => store.describe());
  const sumUsage = shareBriefly(() => store.sumUsage({ groupBy: [] }));
  registerMetric(registry, {
    kind: 'gauge',
    name: 'store_bytes',
    help: 'The database with its log',
    read: async () => one((await describe()).bytes),
  });
  registerMetric(registry, {
    kind: 'gauge',
    name: 'store_rows',
    help: 'Rows by table',
    labelNames: ['table'],
    read: async () =>
      Object.entries((await describe()).rows).map(([table, value]) => ({
        labels: { table },
        value,
      })),
  });
  for (const [name, help, field] of [
    ['usage_requests', 'Model calls in the ledger', 'requests'],
    ['usage_unpriced_requests', 'Model calls without a known price', 'unpricedRequests'],
    ['usage_unpriced_tokens', 'Tokens of those calls', 'unpricedTokens'],
  ] as const) {
    registerMetric(registry, {
      kind: 'gauge',
      name,
      help,
      read: async () => one((await sumUsage())[0]?.sum[field] ?? 0),
    });
  }
}

function registerUpkeep(registry: Registry, deps: MetricsDeps): void {
  const { disk, backups, retention } = deps;
  registerMetric(registry, {
    kind: 'counter',
    name: 'pruned_events_total',
    help: 'Events no longer kept, for ever, by kind',
    labelNames: ['kind'],
    read: async () =>
      (await retention()).map(({ kind, pruned }) => ({ labels: { kind }, value: pruned })),
  });
  registerMetric(registry, {
    kind: 'gauge',
    name: 'disk_free_bytes',
    help: 'What may still be written to the disk of the store',
    read: () => one(disk().freeBytes ?? Number.NaN),
  });
  registerMetric(registry, {
    kind: 'gauge',
    name: 'disk_level',
    help: '0 enough room, 1 below the warning, 2 nothing is taken in',
    read: () => one({ ok: 0, low: 1, full: 2 }[disk().level]),
  });
  registerMetric(registry, {
    kind: 'counter',
    name: 'backups_total',
    help: 'Scheduled backups since the start, by outcome',
    labelNames: ['outcome'],
    read: () => [
      { labels: { outcome: 'succeeded' }, value: backups().succeeded },
      { labels: { outcome: 'failed' }, value: backups().failed },
    ],
  });
  registerMetric(registry, {
    kind: 'gauge',
    name: 'last_backup_timestamp_seconds',
    help: 'When the last backup was made; absent while there is none',
    read() {
      const { last } = backups();
      return last === null ? [] : one(last.at / 1000);
    },
  });
}

/** Callers of one turn get the same answer: prom-client asks every metric at once. */
function shareBriefly<T>(ask: () => Promise<T>): () => Promise<T> {
  let shared: Promise<T> | null = null;
  return () => {
    shared ??= ask().finally(() => {
      shared = null;
    });
    return shared;
  };
}
