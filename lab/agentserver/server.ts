import type { LabBudgets } from './budgets.ts';
import type { Control } from './control.ts';
import { createFaults, type LabFault, type LabFaults } from './faults.ts';
import { createListener } from './listener.ts';
import { createLabOrganism, type OrganismOptions } from './organism.ts';
import { createPump } from './pump.ts';
import type { LabRecord } from './record.ts';
import { createControlRoutes } from './routes-control.ts';
import { createOrganismRoutes } from './routes-organism.ts';
import { createUsageRoutes } from './routes-usage.ts';
import { createSockets, type SocketCounts } from './sockets.ts';
import type { UsageLedger } from './usage-ledger.ts';
import { createViews } from './views.ts';
import { createFrameTime, systemNow } from './wire-time.ts';
import type { World } from './world.ts';

export interface LabOptions extends OrganismOptions {
  readonly host?: string | undefined;
  /** 0 (the default) takes a free one. */
  readonly port?: number | undefined;
  /** Events per second, 0 to 10,000. 0 (the default) is still: use `step`. */
  readonly rate?: number | undefined;
  /** With a key every POST and every injection wants it. */
  readonly key?: string | undefined;
  readonly faults?: readonly LabFault[] | undefined;
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

/** An artificial AgentServer: a real server on loopback, driven by a seeded script. */
export function createLabAgentServer(options: LabOptions = {}): LabAgentServer {
  const now = options.now ?? systemNow;
  const faults = createFaults(options.faults);
  const organism = createLabOrganism({
    ...options,
    now,
    faults,
    emit: (event) => sockets.broadcast(event),
  });
  const { name, world, budgets, usage, script, control } = organism;
  const pump = createPump({ step: () => script.step(), now, rate: options.rate ?? 0 });
  const views = createViews({ name, world, faults, now });
  const key = options.key ?? null;
  const frameTime = createFrameTime(faults);
  const sockets = createSockets({ ...options, world, views, faults, control, key, frameTime });
  const listener = createListener({
    routes: [
      ...createOrganismRoutes({ name, world, views, faults, port: () => listener.port() }),
      ...createUsageRoutes({ usage, budgets, now }),
      ...createControlRoutes(control),
    ],
    key,
    sockets,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
  });

  async function start(): Promise<{ url: string; port: number }> {
    const bound = await listener.start();
    pump.start();
    return bound;
  }

  async function stop(): Promise<void> {
    pump.stop();
    await listener.stop();
  }

  return {
    start,
    stop,
    async restart() {
      await stop();
      organism.restart();
      await start();
    },
    step(events) {
      const before = organism.record.total();
      while (organism.record.total() - before < events && script.step());
      return organism.record.total() - before;
    },
    setRate: (eventsPerSecond) => pump.setRate(eventsPerSecond),
    setFault: (fault, isOn) => faults.set(fault, isOn),
    faults,
    control,
    world,
    budgets,
    usage,
    record: organism.record,
    sockets: () => ({ ...sockets.counts(), open: sockets.open(), listed: sockets.listed() }),
  };
}
