import type {
  AgentSchema,
  ControlCommand,
  ControlOutcome,
  Schedule,
  SourceDeps,
} from '../source.ts';
import { readAgentSchema } from './agent-schema.ts';
import { createBackoff } from './backoff.ts';
import { createCatchUp } from './catch-up.ts';
import { sendCommand } from './control.ts';
import type { Frame } from './frame.ts';
import type { Intervals } from './intervals.ts';
import type { Cursors, SessionConfig } from './parts.ts';
import { createParts } from './parts.ts';
import { createPoller } from './poller.ts';
import { RestError } from './rest-client.ts';
import { createSocketLink } from './socket-link.ts';
import { openSocket } from './socket.ts';
import { createUsageReader } from './usage.ts';
import { createWatchdog } from './watchdog.ts';

/** In `all` mode without numbers on the messages: how often REST is compared anyway. */
const RECONCILE_MS = 30_000;
/** Between two pages of a long first history. */
const DEEPER_PAUSE_MS = 20;
const DEEPER_IDLE_MS = 5000;

export interface Session {
  start(): void;
  stop(): Promise<void>;
  control(command: ControlCommand): Promise<ControlOutcome>;
  readSchema(agent: string): Promise<AgentSchema | null>;
}

/** One run of one source: what starts, reads, and reacts to what. */
export function createSession(
  config: SessionConfig & { intervals: Intervals },
  deps: SourceDeps & { schedule: Schedule },
  cursors: Cursors,
): Session {
  const { intervals, name } = config;
  const { now, random, schedule, log, isWatched } = deps;
  const watchdog = createWatchdog();
  const restBackoff = createBackoff({ random });
  let isRestUp = false;
  let isStopping = false;
  let hasOverflowed = false;
  let lastMessagesReadAt = Number.NEGATIVE_INFINITY;
  let lastTotalMessages: number | null = null;
  let mustReadMessages = false;

  const parts = createParts(config, deps, cursors, {
    onNews: (isMessage) => watchdog.noteFrame(isMessage),
    onMessageFrame: (isPrimary) => {
      // What passed before the new subscription took hold is in nobody's frames.
      if (!link.noteMessageFrame(isPrimary)) return;
      mustReadMessages = true;
      heartbeat.poke();
    },
    onReload: () => {
      parts.overview.refreshFacts();
      heartbeat.poke();
    },
  });
  const { status, pump, inbox } = parts;

  const link = createSocketLink({
    dial: (subscribe, handlers) =>
      openSocket({ url: config.url.socket(), subscribe, schedule, source: name, handlers }),
    schedule,
    now,
    backoff: createBackoff({ random }),
    isDrained: () => pump.isDrained,
    onFrame(text, isPrimary) {
      if (!inbox.push({ text, at: now(), isPrimary })) hasOverflowed = true;
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
      else log.warn({ err: error, what }, 'reading an AgentServer failed');
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
      .catch((error: unknown) => log.warn({ err: error }, 'catching up failed'));
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
    schedule,
    now,
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
    noteTotal(reading.totalMessages);
    if (link.isLive) link.judge(watchdog.check({ ...reading, mode: link.mode }));
    const needsCatchUp = !isRestUp || (hasOverflowed && pump.isDrained);
    isRestUp = true;
    if (needsCatchUp) {
      hasOverflowed = false;
      link.dial();
      for (const poller of readers) poller.poke();
      await catchUp();
    } else await attempt('threads', () => parts.threads.read());
  }

  /** Messages counted a whole beat ago have arrived by now; if not, nothing after them will tell. */
  function noteTotal(totalMessages: number | null): void {
    const slot = parts.watermark.edge?.slot ?? null;
    const isBehind = slot !== null && lastTotalMessages !== null && slot < lastTotalMessages;
    if (isBehind && pump.isDrained) mustReadMessages = true;
    lastTotalMessages = totalMessages;
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
    if (!(error instanceof RestError)) log.warn({ err: error }, 'reading an AgentServer failed');
    const nextTryInMs = restBackoff.next();
    if (status.state === 'live') status.setNotice('rest', `REST does not answer: ${reason}`);
    status.move('rest-failed', { reason, nextTryInMs, attempt: restBackoff.attempt });
    return nextTryInMs;
  }

  async function readMessages(): Promise<void> {
    const isCarried = link.isLive && link.mode === 'all';
    const isNumbered = parts.watermark.edge?.slot != null;
    const isDue =
      mustReadMessages ||
      (isNumbered ? parts.watermark.hasHole(now()) : now() - lastMessagesReadAt >= RECONCILE_MS);
    if (!isRestUp || (isCarried && !isDue)) return;
    lastMessagesReadAt = now();
    mustReadMessages = false;
    await attempt('messages', async () => {
      const found = await parts.messages.read();
      if (found > 0 && !isCarried) link.noteMessagesByRest();
    });
  }

  const usage = createUsageReader(parts);
  const polled = { isWatched, schedule, now };
  const readers = [
    createPoller({ ...polled, run: readMessages, intervalMs: () => intervals.messagesMs }),
    createPoller({
      ...polled,
      run: async () => {
        if (isRestUp) await attempt('budgets', () => parts.budgets.read());
      },
      intervalMs: () => intervals.budgetsMs,
    }),
    createPoller({
      ...polled,
      run: async () => {
        if (isRestUp) await attempt('usage', () => usage.read());
      },
      intervalMs: () => intervals.usageMs,
    }),
    createPoller({
      ...polled,
      isWatched: null,
      run: async () => {
        if (!isRestUp) return;
        if (parts.usage.hasDeeper) await attempt('usage', () => parts.usage.readDeeper());
        if (parts.threads.hasDeeper) await attempt('threads', () => parts.threads.readDeeper());
      },
      intervalMs: () =>
        parts.usage.hasDeeper || parts.threads.hasDeeper ? DEEPER_PAUSE_MS : DEEPER_IDLE_MS,
    }),
  ];

  return {
    start() {
      status.tell();
      for (const poller of [heartbeat, ...readers]) poller.start();
    },
    async stop() {
      isStopping = true;
      const unlinked = link.stop();
      parts.rest.close();
      const closing = parts.outbox.close();
      await Promise.all([heartbeat, ...readers].map((poller) => poller.stop()));
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
