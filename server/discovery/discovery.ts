import type { FoundRuntime } from './find-runtimes.ts';

/** What was found on this machine and is not watched yet. */
export interface Discovery {
  /** Looks once; later calls wait for the same look. */
  look(): Promise<void>;
  found(): readonly FoundRuntime[];
  /** Connects one by its name. @returns false when there is none of that name */
  connect(name: string): Promise<boolean>;
  connectAll(): Promise<void>;
}

export function createDiscovery(deps: {
  readonly find: () => Promise<readonly FoundRuntime[]>;
  readonly isTaken: (name: string) => boolean;
  readonly connect: (runtime: FoundRuntime) => Promise<void>;
}): Discovery {
  let known: readonly FoundRuntime[] = [];
  let looking: Promise<void> | null = null;

  const found = (): readonly FoundRuntime[] => known.filter(({ name }) => !deps.isTaken(name));

  async function lookOnce(): Promise<void> {
    known = await deps.find();
  }

  async function connect(name: string): Promise<boolean> {
    const runtime = found().find((each) => each.name === name);
    if (runtime === undefined) return false;
    await deps.connect(runtime);
    return true;
  }

  return {
    look() {
      looking ??= lookOnce();
      return looking;
    },
    found,
    connect,
    async connectAll() {
      for (const { name } of found()) await connect(name);
    },
  };
}
