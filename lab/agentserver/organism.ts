import { createBudgets, type LabBudgets } from './budgets.ts';
import { createControl, type Control } from './control.ts';
import type { LabFaults } from './faults.ts';
import { createHistory } from './history.ts';
import { createPayloadPool } from './payloads.ts';
import { createRandom, mixSeeds } from './random.ts';
import { createRecorder, type LabRecord } from './record.ts';
import { createScript, type Script } from './script.ts';
import { createUsageLedger, type UsageLedger } from './usage-ledger.ts';
import { createLabClock, systemNow } from './wire-time.ts';
import type { LabEvent } from './world-types.ts';
import { createWorld, type World } from './world.ts';

export interface OrganismOptions {
  readonly name?: string | undefined;
  /** The same seed tells the same story; ids differ unless `idSeed` is given too. */
  readonly seed?: number | undefined;
  /**
   * Seeds the ids of threads and messages. By default it is random, because a reader that keeps
   * what it saw would take a second run's messages for the first's.
   */
  readonly idSeed?: number | undefined;
  /** Conversations at a time. */
  readonly conversations?: number | undefined;
  /** Whole days of past usage. */
  readonly historyDays?: number | undefined;
  readonly historyRowsPerDay?: number | undefined;
  readonly usageIds?: 'sequential' | 'clock' | undefined;
  /** Puts `sentAt` (epoch milliseconds) into each payload. */
  readonly stampSentAt?: boolean | undefined;
}

interface OrganismDeps extends OrganismOptions {
  readonly now: () => number;
  readonly faults: LabFaults;
  readonly emit: (event: LabEvent) => void;
}

/** The artificial organism without its network: who is in it, what they do, what it costs. */
export interface LabOrganism {
  readonly name: string;
  readonly world: World;
  readonly budgets: LabBudgets;
  readonly usage: UsageLedger;
  readonly script: Script;
  readonly control: Control;
  readonly record: LabRecord;
  /** A new process: everything gone but the usage history. */
  restart(): void;
}

const DEFAULT_SEED = 7;
const DEFAULT_CONVERSATIONS = 24;
const DEFAULT_HISTORY_ROWS = 200;

export function createLabOrganism({ now, faults, emit, ...options }: OrganismDeps): LabOrganism {
  const seed = options.seed ?? DEFAULT_SEED;
  const clock = createLabClock(now);
  const random = createRandom(seed);
  const ids = createRandom(options.idSeed ?? mixSeeds(seed, Math.random() * 2 ** 32, Date.now()));
  const recorder = createRecorder();
  const budgets = createBudgets();
  const usage = createUsageLedger({ faults, clock, ids: options.usageIds ?? 'sequential' });
  prefillHistory(usage, seed, now(), options);
  const world = createWorld({
    ids,
    clock,
    emit(event) {
      recorder.event(event);
      emit(event);
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

  return {
    name: options.name ?? 'research-desk',
    world,
    budgets,
    usage,
    script,
    control: createControl({ world, script, budgets, usage, ids, faults }),
    record: recorder.record,
    restart() {
      world.restart();
      script.restart();
      budgets.clear();
      usage.restart();
    },
  };
}

function prefillHistory(
  usage: UsageLedger,
  seed: number,
  now: number,
  options: OrganismOptions,
): void {
  const days = options.historyDays ?? 0;
  const rowsPerDay = options.historyRowsPerDay ?? DEFAULT_HISTORY_ROWS;
  if (days > 0) usage.prefill(createHistory({ seed, days, rowsPerDay, now }));
}
