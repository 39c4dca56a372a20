import type { ControlCommand, ControlOutcome, SourceDeps } from '../source.ts';
import { createBackoff } from '../upstream/backoff.ts';
import { createDelivery } from '../upstream/delivery.ts';
import { createPoller } from '../upstream/poller.ts';
import { createRejectMemory } from '../upstream/reject-memory.ts';
import { createRestClient, RestError } from '../upstream/rest-client.ts';
import { createStamper } from '../upstream/stamper.ts';
import type { UpstreamUrl } from '../upstream/upstream-url.ts';
import { createCast } from './cast.ts';
import { createControl, offeredCommands } from './control.ts';
import { createForeignSessions } from './foreign-sessions.ts';
import { createInstance } from './instance.ts';
import { createReadings } from './readings.ts';
import { createRunBook } from './run-book.ts';
import { createRuns } from './runs.ts';

export interface HermesIntervals {
  /** Milliseconds between readings of its health, its jobs and its sessions. */
  readonly healthMs: number;
  readonly jobsMs: number;
  readonly sessionsMs: number;
  /** So long without a byte, a stream counts as broken. Absent: three missed keepalives. */
  readonly silenceMs?: number | undefined;
}

export const DEFAULT_INTERVALS: HermesIntervals = {
  healthMs: 5000,
  jobsMs: 30_000,
  sessionsMs: 10_000,
};

export interface Session {
  start(): void;
  stop(): Promise<void>;
  control(command: ControlCommand): Promise<ControlOutcome>;
  /** What the instance can be asked, as it last said. */
  commands(): readonly ControlCommand['kind'][];
}

/** One run of one source: what polls, streams and reacts to what. */
export function createSession(
  config: {
    name: string;
    url: UpstreamUrl;
    apiKey: string | undefined;
    intervals: HermesIntervals;
  },
  deps: SourceDeps,
  cursors: { life: string | null; runs: string | null; sessions: string | null },
): Session {
  const { name, url, apiKey, intervals } = config;
  const { now, elapsed, random, schedule, log } = deps;
  const stamp = createStamper(deps);
  const backoff = createBackoff({ random });
  const readingHeaders: Record<string, string> =
    apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const rest = createRestClient({ url, apiKey, source: name, prefix: '', readingHeaders });
  let isStopping = false;

  const { outbox, status } = createDelivery(deps, stamp);
  const logBug = (error: unknown) => log.warn({ err: error }, 'reading a Hermes server failed');
  const cast = createCast();
  const book = createRunBook(cursors.runs);
  const agent = (): string => readings.agent;
  const instance = createInstance({ name: agent, stamp, now }, cursors.life);
  const runs = createRuns({
    url,
    apiKey,
    schedule,
    elapsed,
    now,
    log,
    rest,
    outbox,
    book,
    cast,
    agent,
    silenceMs: intervals.silenceMs,
    onChange: () => poller.poke(),
  });
  const isNew = createRejectMemory();
  const sessions = createForeignSessions(
    { rest, outbox, cast, book, agent, instance: () => `${url.shown}/${agent()}`, isNew, now },
    cursors.sessions,
  );
  const readings = createReadings({
    rest,
    outbox,
    status,
    runs,
    sessions,
    instance,
    isNew,
    cast,
    intervals,
    now,
    elapsed,
  });
  const control = createControl({ rest, apiKey, runs, book, features: () => readings.features });

  const poller = createPoller({
    run: beat,
    intervalMs: () => intervals.healthMs,
    isWatched: deps.isWatched,
    onError: logBug,
    schedule,
    elapsed,
  });

  async function beat(): Promise<number | void> {
    if (isStopping) return;
    try {
      const limited = await readings.read();
      if (limited === null) backoff.reset();
      else return Math.max(backoff.next(), limited.retryAfterMs ?? 0);
    } catch (error) {
      if (isStopping) return;
      const reason = error instanceof RestError ? error.message : 'reading failed';
      if (!(error instanceof RestError)) logBug(error);
      const asked = error instanceof RestError ? (error.retryAfterMs ?? 0) : 0;
      const nextTryInMs = Math.max(backoff.next(), asked);
      await outbox.add(instance.tell(false)).catch(logBug);
      status.move('rest-failed', { reason, nextTryInMs, attempt: backoff.attempt });
      return nextTryInMs;
    }
  }

  return {
    start() {
      status.tell();
      poller.start();
    },
    async stop() {
      isStopping = true;
      await runs.stop();
      rest.close();
      const closing = outbox.close();
      await poller.stop();
      status.move('stop');
      await closing;
      await outbox.close();
    },
    commands: () => offeredCommands(readings.features),
    async control(command) {
      if (isStopping) return { kind: 'not-sent', reason: 'this source was stopped' };
      const outcome = await control(command);
      poller.poke();
      return outcome;
    },
  };
}
