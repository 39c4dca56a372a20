import type { Store } from '#db/store.ts';
import type { Ingest } from '#server/ingest/ingest.ts';
import type {
  AgentSchema,
  ControlCommand,
  ControlOutcome,
  Source,
  SourceDeps,
} from '#server/sources/source.ts';

import type { Log } from './log.ts';
import { scheduleOnTimer } from './schedule-on-timer.ts';

/** The sources of this process: started and stopped together, found by organism for commands. */
export interface SourceRegistry {
  /** Starts a source; its name must not be in use. */
  add(
    make: (deps: SourceDeps) => Source,
    from: { source: string; organismId: string },
  ): Promise<void>;
  has(name: string): boolean;
  list(): readonly Source[];
  /** The name of the source that feeds an organism; null when none runs here now. */
  sourceOf(organismId: string): string | null;
  /** An agent's schema, read through from the upstream; null when it offers none. */
  readSchema(organismId: string, agent: string): Promise<AgentSchema | null>;
  /** Sends a command to the organism's source, at most once. */
  control(organismId: string, command: ControlCommand): Promise<ControlOutcome>;
  /** Idempotent; resolves when every source has delivered what it read. */
  stop(): Promise<void>;
}

export interface SourceRegistryDeps {
  readonly store: Pick<Store, 'getCursor'>;
  readonly ingest: Ingest;
  /** Resolves when something may be taken in: a nearly full disk holds every source back. */
  readonly whenOpen: () => Promise<void>;
  readonly isWatched: () => boolean;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export function createSourceRegistry(deps: SourceRegistryDeps): SourceRegistry {
  const { store, ingest, whenOpen, isWatched, log, now } = deps;
  const sources = new Map<string, Source>();

  function find(organismId: string): Source | undefined {
    return [...sources.values()].find((source) => source.describe().organismId === organismId);
  }

  return {
    async add(make, from) {
      const source = make({
        async deliver(delivery, organismId = from.organismId) {
          await whenOpen();
          return ingest.deliver({ source: from.source, organismId }, delivery);
        },
        getCursor: (name) => store.getCursor(from.source, name),
        isWatched,
        log: log.child({ source: from.source }),
        now,
        elapsed: () => performance.now(),
        random: Math.random,
        schedule: scheduleOnTimer,
      });
      sources.set(from.source, source);
      await source.start();
    },
    has: (name) => sources.has(name),
    list: () => [...sources.values()],
    sourceOf: (organismId) => find(organismId)?.name ?? null,
    readSchema: async (organismId, agent) => (await find(organismId)?.readSchema?.(agent)) ?? null,
    control(organismId, command) {
      const source = find(organismId);
      if (source !== undefined) return source.control(command);
      return Promise.resolve({
        kind: 'not-sent',
        reason: `no source of organism "${organismId}" runs here now`,
      });
    },
    async stop() {
      await Promise.all([...sources.values()].map((source) => source.stop()));
    },
  };
}
