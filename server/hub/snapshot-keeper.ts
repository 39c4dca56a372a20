import type { Log } from '../log.ts';
import type { Organisms } from './organisms.ts';
import type { Timers } from './timers.ts';
import { realTimers } from './timers.ts';

const SAVE_EVERY_MS = 15_000;
/** A busy journal is saved sooner: replaying so many takes half a second of the next start. */
const SAVE_AFTER_EVENTS = 50_000;

export interface SnapshotKeeper {
  start(): void;
  /** Saves what moved since the last time. Idempotent. */
  stop(): Promise<void>;
}

/** Saves the pictures so often that a start replays little, whatever the load was. */
export function createSnapshotKeeper(deps: {
  organisms: Pick<Organisms, 'onPublish' | 'saveSnapshots'>;
  log: Pick<Log, 'error'>;
  timers?: Timers | undefined;
}): SnapshotKeeper {
  const { organisms, log, timers = realTimers } = deps;
  let unsavedEvents = 0;
  let saving: Promise<void> | null = null;
  let cancels: readonly (() => void)[] = [];

  async function saveAll(): Promise<void> {
    unsavedEvents = 0;
    try {
      await organisms.saveSnapshots();
    } catch (error) {
      const text = 'the live picture could not be saved; the journal has everything';
      log.error({ err: error }, text);
    } finally {
      saving = null;
    }
  }

  function save(): void {
    saving ??= saveAll();
  }

  return {
    start() {
      cancels = [
        timers.setInterval(save, SAVE_EVERY_MS),
        organisms.onPublish(({ events }) => {
          unsavedEvents += events.length;
          if (unsavedEvents >= SAVE_AFTER_EVENTS) save();
        }),
      ];
    },
    async stop() {
      for (const cancel of cancels) cancel();
      cancels = [];
      await saving;
      await organisms.saveSnapshots();
    },
  };
}
