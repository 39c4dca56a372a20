import { clip } from '../drafts.ts';
import type { Outbox } from '../upstream/outbox.ts';
import type { RejectMemory } from '../upstream/reject-memory.ts';
import type { RestClient } from '../upstream/rest-client.ts';
import { RestError } from '../upstream/rest-client.ts';
import { readRows } from '../upstream/rows.ts';
import type { StatusReporter } from '../upstream/status.ts';
import type { Cast } from './cast.ts';
import type { Features } from './features.ts';
import { readFeatures } from './features.ts';
import type { ForeignSessions } from './foreign-sessions.ts';
import { jobDrafts, platformDrafts } from './health-drafts.ts';
import type { Instance } from './instance.ts';
import type { Runs } from './runs.ts';
import type { HermesIntervals } from './session.ts';
import { capabilitiesSchema, healthSchema, jobSchema, jobsSchema, modelsSchema } from './wire.ts';

/** One round of readings after the other. */
export interface Readings {
  /**
   * @returns how long to wait when the upstream asked for less, else null
   * @throws RestError when the upstream does not answer
   */
  read(): Promise<Limited | null>;
  /** Null until the instance has said what it offers. */
  readonly features: Features | null;
  /** The instance's own name, which is its agent's. */
  readonly agent: string;
}

interface Limited {
  readonly retryAfterMs: number | null;
}

const DEFAULT_AGENT = 'hermes-agent';

export function createReadings(deps: {
  rest: RestClient;
  outbox: Outbox;
  status: StatusReporter;
  runs: Runs;
  sessions: ForeignSessions;
  instance: Instance;
  isNew: RejectMemory;
  cast: Cast;
  intervals: HermesIntervals;
  now: () => number;
  elapsed: () => number;
}): Readings {
  const { rest, outbox, status, runs, instance, now, elapsed } = deps;
  let features: Features | null = null;
  let agent: string | null = null;
  let limited: Limited | null = null;
  const readAt = new Map<string, number>();

  /** One reading; a refusal is a notice, no answer at all an outage. */
  async function attempt(what: string, read: () => Promise<void>): Promise<void> {
    try {
      await read();
      status.setNotice(what, null);
    } catch (error) {
      if (!(error instanceof RestError) || error.code === 'unreachable') throw error;
      const { status: code, retryAfterMs } = error;
      if (code === 429 || (code !== null && code >= 500 && code !== 501))
        limited ??= { retryAfterMs };
      status.setNotice(what, wordsFor(error));
    }
  }

  function isDue(what: string, everyMs: number): boolean {
    const last = readAt.get(what);
    if (last !== undefined && elapsed() - last < everyMs) return false;
    readAt.set(what, elapsed());
    return true;
  }

  async function readFacts(): Promise<void> {
    if (agent === null) {
      await attempt('models', async () => {
        const models = modelsSchema.parse(await rest.get('/v1/models'));
        agent = clip(models.data[0]?.id ?? DEFAULT_AGENT);
        await outbox.add({ drafts: deps.cast.agent(agent, now()) });
      });
    }
    if (features === null) await attempt('capabilities', readCapabilities);
  }

  async function readCapabilities(): Promise<void> {
    try {
      const body = capabilitiesSchema.parse(await rest.get('/v1/capabilities'));
      features = readFeatures(body.features ?? null);
    } catch (error) {
      if (!(error instanceof RestError) || error.status !== 404) throw error;
      features = readFeatures(null);
    }
    instance.features = features.names;
  }

  async function readHealth(): Promise<void> {
    const read = healthSchema.safeParse(await rest.get('/health/detailed'));
    if (!read.success) return;
    instance.health = read.data;
    await outbox.add({ drafts: platformDrafts(read.data, now()) });
  }

  async function readJobs(): Promise<void> {
    const body = jobsSchema.parse(await rest.get('/api/jobs', { include_disabled: 'true' }));
    const { rows: jobs, rejects } = readRows(body.jobs, jobSchema, 'job');
    instance.jobs = jobs;
    const drafts = jobs.flatMap((job) => jobDrafts(job, now()));
    await outbox.add({ drafts, rejects: rejects.filter(deps.isNew) });
  }

  function noteForeignWork(): void {
    const isCounted = features !== null && !features.has('session_resources');
    const count = instance.health?.active_agents ?? 0;
    const text = `this version shows others' work only as a count: ${count} agents active now`;
    status.setNotice('foreign', isCounted ? text : null);
  }

  return {
    get features() {
      return features;
    },
    get agent() {
      return agent ?? DEFAULT_AGENT;
    },
    async read() {
      const { jobsMs, sessionsMs } = deps.intervals;
      limited = null;
      await rest.get('/health');
      await readFacts();
      await attempt('health', readHealth);
      if (isDue('jobs', jobsMs)) await attempt('jobs', readJobs);
      if (features?.has('session_resources') === true && isDue('sessions', sessionsMs)) {
        await attempt('sessions', () => deps.sessions.read());
      }
      if (features !== null) await runs.settle(features.has('run_status'));
      instance.slotsUsed = runs.open;
      instance.runs = runs.cards();
      noteForeignWork();
      status.move('rest-answered');
      status.move(runs.open > 0 ? 'socket-live' : 'socket-lost');
      await outbox.add(instance.tell(true));
      return limited;
    },
  };
}

function wordsFor(error: RestError): string {
  if (error.status === 401) return `${error.message}: the key was refused or is missing`;
  if (error.status === 403) return `${error.message}: it refuses requests like ours`;
  return error.message;
}
