import { statfs } from 'node:fs/promises';

import type { Timers } from '../hub/timers.ts';
import { realTimers } from '../hub/timers.ts';

/** Short enough that between two looks the fastest ingest writes a tenth of the default reserve. */
const LOOK_INTERVAL_MS = 1000;
/** A bound is left behind only a tenth above it: else each deletion and each commit would flip it. */
const RECOVERY_SHARE = 10;

export interface DiskBounds {
  /** Below it we warn; 0 never. */
  readonly warnBytes: number;
  /** Below it nothing more is taken in; 0 never. */
  readonly refuseBytes: number;
}

export type DiskLevel = 'ok' | 'low' | 'full';

export interface DiskStatus extends DiskBounds {
  readonly level: DiskLevel;
  /** What this process may still write; null until the first look, or where it cannot be told. */
  readonly freeBytes: number | null;
}

/** Watches the free space of the data directory, and shuts the doors before the disk is full. */
export interface DiskGuard {
  /** Resolves after the first look. */
  start(): Promise<void>;
  /** Idempotent. Lets those who wait go on: what was read by then still fits into the reserve. */
  stop(): void;
  status(): DiskStatus;
  /** Why nothing is taken in now, in words for whoever sends; null when all is well. */
  refusal(): string | null;
  /** Resolves when something may be taken in again: at once, as a rule. */
  whenOpen(): Promise<void>;
}

export interface DiskGuardDeps {
  readonly directory: string;
  readonly bounds: DiskBounds;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  readonly timers?: Pick<Timers, 'setInterval'> | undefined;
  readonly readFree?: ((directory: string) => Promise<number>) | undefined;
}

export function createDiskGuard(deps: DiskGuardDeps): DiskGuard {
  const { directory, bounds, log, timers = realTimers, readFree = readFreeBytes } = deps;
  let level: DiskLevel = 'ok';
  let freeBytes: number | null = null;
  let cancel: (() => void) | null = null;
  let isStopped = false;
  let waiting: (() => void)[] = [];

  async function look(): Promise<void> {
    try {
      freeBytes = await readFree(directory);
    } catch (error) {
      if (freeBytes !== null) log.warn({ err: error }, 'the free space of the disk cannot be told');
      freeBytes = null;
      return;
    }
    const next = nextLevel(level, freeBytes, bounds);
    if (next === level) return;
    level = next;
    tell();
    if (level !== 'full') release();
  }

  function tell(): void {
    const facts = { directory, freeBytes, ...bounds };
    if (level === 'full') log.error(facts, 'the disk is nearly full: nothing more is taken in');
    else if (level === 'low') log.warn(facts, 'the disk is getting full');
    else log.info(facts, 'the disk has room again');
  }

  function release(): void {
    for (const go of waiting) go();
    waiting = [];
  }

  return {
    async start() {
      cancel ??= timers.setInterval(() => void look(), LOOK_INTERVAL_MS);
      await look();
    },
    stop() {
      isStopped = true;
      cancel?.();
      release();
    },
    status: () => ({ level, freeBytes, ...bounds }),
    refusal() {
      if (level !== 'full') return null;
      return `The disk of the store has ${freeBytes} bytes left; events are taken again from ${recoveryOf(bounds.refuseBytes)}`;
    },
    whenOpen() {
      if (level !== 'full' || isStopped) return Promise.resolve();
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/** A level gets worse below its bound, and better only well above it. */
function nextLevel(level: DiskLevel, free: number, bounds: DiskBounds): DiskLevel {
  const isBelow = (bound: number, isNow: boolean): boolean =>
    free < (isNow ? recoveryOf(bound) : bound);
  if (isBelow(bounds.refuseBytes, level === 'full')) return 'full';
  return isBelow(bounds.warnBytes, level !== 'ok') ? 'low' : 'ok';
}

function recoveryOf(bound: number): number {
  return bound + Math.ceil(bound / RECOVERY_SHARE);
}

async function readFreeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
