import { createServer, type Server } from 'node:http';

import { createBudgets, type LabBudgets } from './budgets.ts';
import { createControl, type Control } from './control.ts';
import { createFaults, type LabFault, type LabFaults } from './faults.ts';
import { createHistory } from './history.ts';
import { createHttpListener } from './http-listener.ts';
import { createPayloadPool } from './payloads.ts';
import { createPump } from './pump.ts';
import { createRandom, mixSeeds } from './random.ts';
import { createRecorder, type LabRecord } from './record.ts';
import { createControlRoutes } from './routes-control.ts';
import { createOrganismRoutes } from './routes-organism.ts';
import { createUsageRoutes } from './routes-usage.ts';
import { createScript } from './script.ts';
import { createSockets, type SocketCounts } from './sockets.ts';
import { createUsageLedger, type UsageLedger } from './usage-ledger.ts';
import { createViews } from './views.ts';
import { createFrameTime, createLabClock, systemNow } from './wire-time.ts';
import { createWorld, type World } from './world.ts';

export interface LabOptions {
  /** The organism's name. */
  readonly name?: string | undefined;
  readonly host?: string | undefined;
  /** 0 takes a free one. */
  readonly port?: number | undefined;
  /** The same seed tells the same story; ids differ unless `idSeed` is given too. */
  readonly seed?: number | undefined;
  /**
   * Seeds the ids of threads and messages. By default it is random, because a reader that keeps
   * what it saw would take a second run's messages for the first's.
   */
  readonly idSeed?: number | undefined;
  /** Events per second, 0 to 10,000. 0 (the default) is still: use `step`. */
  readonly rate?: number | undefined;
  /** Conversations at a time. */
  readonly conversations?: number | undefined;
  /** With a key every POST and every injection wants it. */
  readonly key?: string | undefined;
  readonly faults?: readonly LabFault[] | undefined;
  /** Whole days of past usage. */
  readonly historyDays?: number | undefined;
  readonly historyRowsPerDay?: number | undefined;
  readonly usageIds?: 'sequential' | 'clock' | undefined;
  /** Puts `sentAt` (epoch milliseconds) into each payload. */
  readonly stampSentAt?: boolean | undefined;
  readonly idleTimeoutMs?: number | undefined;
  readonly maxSockets?: number | undefined;
  readonly maxSocketsPerAddress?: number | undefined;
  /** Epoch milliseconds; the fraction counts. */
  readonly now?: (() => number) | undefined;
}

export interface LabAgentServer {
  /** Listens and, with a rate, begins to play. */
  start(): Promise<{ url: string; port: number }>;
  stop(): Promise<void>;
  /** A new process on the same port: everything gone but the usage history. */
  restart(): Promise<void>;
  /** Plays until `events` more were emitted, at once. @returns how many were */
  step(events: number): number;
  setRate(eventsPerSecond: number): void;
  setFault(fault: LabFault, isOn: boolean): void;
  readonly faults: Pick<LabFaults, 'has' | 'list'>;
  readonly control: Control;
  readonly world: World;
  readonly budgets: LabBudgets;
  readonly usage: UsageLedger;
  /** The oracle. */
  readonly record: LabRecord;
  sockets(): SocketCounts & { open: number; listed: number };
}

const DEFAULT_SEED = 7;
const DEFAULT_CONVERSATIONS = 24;
const DEFAULT_HISTORY_ROWS = 200;

/** An artificial AgentServer: a real server on loopback, driven by a seeded script. */
export function createLabAgentServer(options: LabOptions = {}): LabAgentServer {
  const name = options.name ?? 'research-desk';
  const seed = options.seed ?? DEFAULT_SEED;
  const now = options.now ?? systemNow;
  const clock = createLabClock(now);
  const faults = createFaults(options.faults);
  const random = createRandom(seed);
  const ids = createRandom(options.idSeed ?? mixSeeds(seed, Math.random() * 2 ** 32, Date.now()));
  const recorder = createRecorder();
  const budgets = createBudgets();
  const usage = createUsageLedger({ faults, clock, ids: options.usageIds ?? 'sequential' });
  const world = createWorld({
    ids,
    clock,
    emit(event) {
      recorder.event(event);
      sockets.broadcast(event);
    },
  });
  const script = createScript({
    world,
    budgets,
    random,
    ids,
    faults,
    payloads: createPayloadPool(random),
    concurrency: options.conversations ?? DEFAULT_CONVERSATIONS,
    sentAt: options.stampSentAt === true ? systemNow : () => null,
    recordCall(call) {
      recorder.call(call);
      usage.record(call);
    },
  });
  const pump = createPump({ step: () => script.step(), now, rate: options.rate ?? 0 });
  const control = createControl({ world, script, budgets, usage, ids, faults });
  const views = createViews({ name, world, faults, now });
  const key = options.key ?? null;
  const sockets = createSockets({
    ...options,
    world,
    views,
    faults,
    control,
    key,
    frameTime: createFrameTime(faults),
  });
  const listener = createHttpListener(
    [
      ...createOrganismRoutes({ name, world, views, faults, port: () => boundPort }),
      ...createUsageRoutes({ usage, budgets, now }),
      ...createControlRoutes(control),
    ],
    key,
  );

  let boundPort = options.port ?? 0;
  let server: Server | null = null;

  async function start(): Promise<{ url: string; port: number }> {
    const host = options.host ?? '127.0.0.1';
    if (server === null) {
      const fresh = createServer(listener);
      fresh.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
      boundPort = await listen(fresh, boundPort, host);
      server = fresh;
      pump.start();
    }
    return { url: `http://${host}:${boundPort}`, port: boundPort };
  }

  async function stop(): Promise<void> {
    pump.stop();
    const closing = server;
    server = null;
    if (closing === null) return;
    const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
    await sockets.closeAll();
    closing.closeAllConnections();
    await closed;
  }

  const days = options.historyDays ?? 0;
  const rowsPerDay = options.historyRowsPerDay ?? DEFAULT_HISTORY_ROWS;
  if (days > 0) usage.prefill(createHistory({ seed, days, rowsPerDay, now: now() }));

  return {
    start,
    stop,
    async restart() {
      await stop();
      world.restart();
      script.restart();
      budgets.clear();
      usage.restart();
      await start();
    },
    step(events) {
      const before = recorder.record.total();
      while (recorder.record.total() - before < events && script.step());
      return recorder.record.total() - before;
    },
    setRate: (eventsPerSecond) => pump.setRate(eventsPerSecond),
    setFault: (fault, isOn) => faults.set(fault, isOn),
    faults,
    control,
    world,
    budgets,
    usage,
    record: recorder.record,
    sockets: () => ({ ...sockets.counts(), open: sockets.open(), listed: sockets.listed() }),
  };
}

/** @returns the port it got. @throws when the port is taken */
function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
