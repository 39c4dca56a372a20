import { existsSync } from 'node:fs';
import path from 'node:path';

import type { Demo } from './demo.ts';
import { startDemo } from './demo.ts';

/** The demo organism as a switch: off, or running and watched like any other. */
export interface DemoSwitch {
  state(): 'available' | 'running' | 'unavailable';
  /** Starts it once; later calls wait for the same start. @throws AppError `demo-failed` */
  start(): Promise<void>;
  /** Idempotent. */
  stop(): Promise<void>;
}

export function createDemoSwitch(deps: {
  readonly root: string;
  /** Whether a source of this name is already configured. */
  readonly isTaken: (name: string) => boolean;
  readonly connect: (url: string) => Promise<void>;
}): DemoSwitch {
  const isShipped = existsSync(path.join(deps.root, 'lab/main.ts'));
  let demo: Demo | null = null;
  let starting: Promise<void> | null = null;

  async function begin(): Promise<void> {
    demo = await startDemo(deps.root);
    await deps.connect(demo.url);
  }

  return {
    state() {
      if (demo !== null) return 'running';
      return isShipped && !deps.isTaken('demo') ? 'available' : 'unavailable';
    },
    start() {
      starting ??= begin().catch((error: unknown) => {
        starting = null;
        throw error;
      });
      return starting;
    },
    async stop() {
      await demo?.stop();
    },
  };
}
