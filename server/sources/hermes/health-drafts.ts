import type { DraftOf, EventDraft } from '#organism/event.ts';
import type { InstanceCard, OpenRunCard } from '#organism/instance-card.ts';
import { parseInstant } from '#organism/instant.ts';

import { clip, errorDraft } from '../drafts.ts';
import type { Health, Job } from './wire.ts';

const STATUSES: Readonly<Record<string, string>> = {
  running: 'running',
  starting: 'starting',
  draining: 'stopping',
  stopped: 'stopped',
  startup_failed: 'stopped',
};
const MAX_SHOWN = 50;

/** The word for an instance that answers; one without a state file still answers. */
export function organismStatus(health: Health | null): string {
  const state = health?.gateway_state ?? null;
  return state === null ? 'running' : (STATUSES[state] ?? clip(state));
}

/** What an instance says of itself, for its card. */
export function instanceConfig(facts: {
  health: Health | null;
  jobs: readonly Job[];
  features: readonly string[];
  slots: { readonly used: number; readonly of: number };
  runs: readonly OpenRunCard[];
}): InstanceCard {
  const { health, jobs, features, slots, runs } = facts;
  const platforms = Object.entries(health?.platforms ?? {}).slice(0, MAX_SHOWN);
  return {
    gatewayState: health?.gateway_state ?? null,
    version: health?.version ?? null,
    pid: health?.pid ?? null,
    activeAgents: health?.active_agents ?? null,
    readiness: health?.readiness?.status ?? null,
    runSlots: slots,
    runs: runs.slice(0, MAX_SHOWN),
    features: [...features],
    platforms: Object.fromEntries(
      platforms.map(([name, { state, error_message: error }]) => [
        name,
        error === null || error === undefined ? (state ?? '') : `${state ?? ''}: ${error}`,
      ]),
    ),
    jobs: jobs.slice(0, MAX_SHOWN).map((job) => ({
      id: job.id,
      name: job.name,
      schedule: job.schedule_display,
      state: job.state,
      nextRunAt: job.next_run_at,
      lastRunAt: job.last_run_at,
      lastStatus: job.last_status,
      lastError: job.last_error ?? job.last_delivery_error,
      times: job.repeat?.times,
      completed: job.repeat?.completed,
    })),
  };
}

/** A platform that fails, told once for each time it changed. */
export function platformDrafts(health: Health, now: number): DraftOf<'error'>[] {
  return Object.entries(health.platforms ?? {}).flatMap(([name, platform]) => {
    const { state, error_code: code, error_message: words, updated_at: since } = platform;
    if (state !== 'fatal' && state !== 'retrying') return [];
    const text = `platform ${name} is ${state}: ${[words, code].filter(Boolean).join(' / ')}`;
    return [
      errorDraft({
        key: `platform:${clip(name)}:${state}:${since ?? code ?? ''}`,
        at: parseInstant(since ?? '') ?? now,
        threadId: null,
        agent: null,
        text,
        severity: state === 'fatal' ? 'error' : 'warning',
      }),
    ];
  });
}

/** An execution of a job has no id: it is the job and when it last ran. */
export function jobDrafts(job: Job, now: number): EventDraft[] {
  const ranAt = job.last_run_at ?? null;
  if (ranAt === null) return [];
  const at = parseInstant(ranAt) ?? now;
  const name = job.name ?? job.id;
  const run: EventDraft = {
    type: 'raw',
    key: `job:${job.id}:${ranAt}`,
    occurredAt: at,
    name: 'hermes.job_run',
    payload: { job: job.id, name, status: job.last_status ?? null },
  };
  const failures = [
    ['run', job.last_status === 'error' ? (job.last_error ?? 'failed') : job.last_error],
    ['delivery', job.last_delivery_error],
  ] as const;
  return [
    run,
    ...failures.flatMap(([what, error]) => {
      if (error === null || error === undefined || error === '') return [];
      const key = `job:${job.id}:${ranAt}:${what}`;
      const text = `job ${name}, ${what}: ${error}`;
      return [errorDraft({ key, at, threadId: null, agent: null, text })];
    }),
  ];
}
