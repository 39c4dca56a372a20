import type { AgentSchema, ControlCommand, ControlOutcome, SourceDeps } from '../source.ts';
import { createBackoff } from '../upstream/backoff.ts';
import { createPoller } from '../upstream/poller.ts';
import { RestError } from '../upstream/rest-client.ts';
import { readAgentSchema } from './agent-schema.ts';
import { createCatchUp } from './catch-up.ts';
import { sendCommand } from './control.ts';
import type { Frame } from './frame.ts';
import type { Intervals } from './intervals.ts';
import type { Cursors, SessionConfig } from './parts.ts';
import { createParts } from './parts.ts';
import { createProgress } from './progress.ts';
import { createReadings } from './readings.ts';
import { createSocketLink } from './socket-link.ts';
import { openSocket } from './socket.ts';
import { gapDraft } from './to-drafts.ts';
import { createWatchdog } from './watchdog.ts';

export interface Session {
  start(): void;
  stop(): Promise<void>;
  control(command: ControlCommand): Promise<ControlOutcome>;
  readSchema(agent: string): Promise<AgentSchema | null>;
}

/** One run of one source: what starts, reads, and reacts to what. */
export function createSession(
  config: SessionConfig & { intervals: Intervals },
  deps: SourceDeps,
  cursors: Cursors,
): Session {
  const { intervals, name } = config;
  const { now, elapsed, random, schedule, log } = deps;
  const watchdog = createWatchdog();
  const restBackoff = createBackoff({ random });
  let isRestUp = false;
  let isStopping = false;
  let overflowedAt: number | null = null;

  const parts = createParts(config, deps, cursors, {
    onNews: (isMessage) => watchdog.noteFrame(isMessage),
    onMessageFrame: (isPrimary) => {
      // What passed before the new subscription took hold is in nobody's frames.
      if (!link.noteMessageFrame(isPrimary)) return;
      readings.mustReadMessages();
      heartbeat.poke();
    },
    areMessagesCarried: () => areMessagesCarried(),
    onReload: () => {
      parts.overview.refreshFacts();
      heartbeat.poke();
    },
  });
  const { status, pump, inbox } = parts;

  const link = createSocketLink({
    dial: (subscribe, handlers) =>
      openSocket({
        url: config.url.socket(),
        subscribe,
        schedule,
        source: name,
        pingMs: intervals.pingMs,
        handlers,
      }),
    schedule,
    elapsed,
    backoff: createBackoff({ random }),
    isDrained: () => pump.isDrained,
    onFrame(text, isPrimary) {
      const at = now();
      if (!inbox.push({ text, at, isPrimary })) noteOverflow(at);
      pump.wake();
    },
    onLive: takeOver,
    onLost(end, socketMode) {
      if (end.wasFrameTooLarge) rejectLargeFrame();
      status.move('socket-lost', { reason: end.reason, socketMode });
      heartbeat.poke();
    },
    onMode: (mode) => status.setSocketMode(mode),
  });

  const areMessagesCarried = () => link.isLive && link.mode === 'all';

  const logBug = (error: unknown) => log.warn({ err: error }, 'reading an AgentServer failed');

  /** One reading; a failure becomes a notice, no answer at all an outage. Never rejects. */
  async function attempt(what: string, read: () => Promise<unknown>): Promise<boolean> {
    try {
      await read();
      status.setNotice(what, null);
      return true;
    } catch (error) {
      if (isStopping) return false;
      if (error instanceof RestError && error.code === 'unreachable') loseRest(error.message);
      else if (error instanceof RestError) status.setNotice(what, error.message);
      else logBug(error);
      return false;
    }
  }

  function loseRest(reason: string): void {
    const wasUp = isRestUp;
    isRestUp = false;
    if (wasUp) heartbeat.poke();
    status.setNotice('rest', status.state === 'live' ? `REST does not answer: ${reason}` : null);
  }

  const catchUp = createCatchUp({ parts, attempt });

  function takeOver(first: Frame): void {
    watchdog.reset();
    status.move('socket-live');
    pump.pause();
    attempt('snapshot', () => parts.tellSnapshot(first))
      .then(() => catchUp())
      .finally(() => pump.resume())
      .catch(logBug);
  }

  /** The upstream forgets messages too: they are read while it still lists them. */
  function noteOverflow(at: number): void {
    overflowedAt ??= at;
    readings.mustReadMessages();
  }

  function rejectLargeFrame(): void {
    const detail = `${name}: a frame must be at most 4 MiB`;
    void attempt('large frame', () =>
      parts.outbox.add({ drafts: [], rejects: [{ reason: 'too-large', detail, sample: '' }] }),
    );
  }

  const heartbeat = createPoller({
    run: beat,
    intervalMs: () => (link.isLive ? intervals.overviewLiveMs : intervals.overviewPollingMs),
    isWatched: null,
    onError: logBug,
    schedule,
    elapsed,
  });

  async function beat(): Promise<number | void> {
    if (isStopping) return;
    let reading: Awaited<ReturnType<typeof parts.overview.read>>;
    try {
      // First of all: a real server stores no usage before its history is asked for once.
      if (!isRestUp) await askForHistory();
      reading = await parts.overview.read();
    } catch (error) {
      return missBeat(error);
    }
    restBackoff.reset();
    status.setNotice('rest', null);
    status.move('rest-answered');
    readings.noteTotalMessages(reading.totalMessages);
    // What waits in the inbox is news: a slow store is not a dead socket.
    if (link.isLive && inbox.isEmpty) {
      link.judge(watchdog.check({ ...reading, mode: link.mode }));
    }
    const overflow = pump.isDrained ? overflowedAt : null;
    const needsCatchUp = !isRestUp || overflow !== null;
    isRestUp = true;
    if (needsCatchUp) {
      link.dial();
      readings.poke();
      await catchUp();
      if (overflow !== null) await tellOverflow(overflow);
    } else await attempt('threads', () => parts.threads.read());
  }

  /** Messages, threads and usage were read again; what the agents did in between was not. */
  async function tellOverflow(from: number): Promise<void> {
    overflowedAt = null;
    const reason = `the store was too slow: ${inbox.dropped} frames were dropped in all, some of them changes of state`;
    const gap = gapDraft({ what: 'events', from, to: now(), reason });
    await attempt('overflow', () => parts.outbox.add({ drafts: [gap] }));
  }

  async function askForHistory(): Promise<void> {
    try {
      await parts.rest.get('/usage/history', { limit: 1 });
    } catch (error) {
      // Any answer has done it.
      if (!(error instanceof RestError) || error.code === 'unreachable') throw error;
    }
  }

  function missBeat(error: unknown): number | void {
    if (isStopping) return;
    isRestUp = false;
    const reason = error instanceof RestError ? error.message : 'reading failed';
    if (!(error instanceof RestError)) logBug(error);
    const nextTryInMs = restBackoff.next();
    if (status.state === 'live') status.setNotice('rest', `REST does not answer: ${reason}`);
    status.move('rest-failed', { reason, nextTryInMs, attempt: restBackoff.attempt });
    return nextTryInMs;
  }

  const readings = createReadings({
    parts,
    intervals,
    attempt,
    isRestUp: () => isRestUp,
    areMessagesCarried,
    onMessagesByRest: () => link.noteMessagesByRest(),
    isWatched: deps.isWatched,
    onError: logBug,
    schedule,
    now,
    elapsed,
  });

  const progress = createProgress({
    status,
    inbox,
    isBehind: () => overflowedAt !== null || readings.isBehind(),
    now,
    onError: logBug,
    schedule,
    elapsed,
  });

  return {
    start() {
      status.tell();
      heartbeat.start();
      readings.start();
      progress.start();
    },
    async stop() {
      isStopping = true;
      const unlinked = link.stop();
      parts.rest.close();
      const closing = parts.outbox.close();
      await Promise.all([heartbeat.stop(), readings.stop(), progress.stop()]);
      await pump.drain();
      status.move('stop');
      await closing;
      await unlinked;
      await parts.outbox.close();
    },
    readSchema: (agent) => readAgentSchema(parts.rest, agent),
    async control(command) {
      if (isStopping) return { kind: 'not-sent', reason: 'this source was stopped' };
      const outcome = await sendCommand(parts.rest, command);
      if (command.kind === 'reload') parts.overview.refreshFacts();
      heartbeat.poke();
      return outcome;
    },
  };
}
