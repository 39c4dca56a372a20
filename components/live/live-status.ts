import { type ConnectionState, retryDelayMs } from './live-connection.ts';
import type { ConnectionStatus } from './live-store.ts';

export interface StatusTeller {
  /** Why the connection is about to fail, as a sentence, and how long the next try may wait at most. */
  explain(sentence: string, retryWithinMs?: number): void;
  /** News arrived: what is on screen is from now. */
  heard(): void;
  /** @returns milliseconds to wait before the next try */
  planRetry(): number;
  enter(state: ConnectionState): void;
}

/** Turns the machine's states into what a reader is told. */
export function createStatusTeller(deps: {
  now(): number;
  random(): number;
  isOnline(): boolean;
  setStatus(status: ConnectionStatus): void;
}): StatusTeller {
  let attempt = 0;
  let reason = '';
  let longestWaitMs = Number.POSITIVE_INFINITY;
  let nextTryAt: number | null = null;
  let liveSince: number | null = null;
  let newsAt: number | null = null;

  function describeTrying(): ConnectionStatus {
    if (attempt === 0) return { kind: 'connecting' };
    // A server on this machine answers without a network, so the tries go on all the same.
    if (!deps.isOnline()) return { kind: 'offline', since: newsAt ?? deps.now() };
    return { kind: 'reconnecting', attempt, nextTryAt, reason };
  }

  return {
    explain(sentence, retryWithinMs = Number.POSITIVE_INFINITY) {
      reason = sentence;
      longestWaitMs = retryWithinMs;
    },
    heard() {
      newsAt = deps.now();
    },
    planRetry(): number {
      attempt += 1;
      const delayMs = Math.min(longestWaitMs, retryDelayMs(attempt, deps.random()));
      nextTryAt = deps.now() + delayMs;
      return delayMs;
    },
    enter(state: ConnectionState) {
      switch (state) {
        case 'live':
          attempt = 0;
          liveSince ??= deps.now();
          return deps.setStatus({ kind: 'live', lagMs: null, since: liveSince });
        case 'stale':
          return deps.setStatus({ kind: 'stale', since: newsAt ?? deps.now() });
        case 'resuming':
          // Catching up within a live connection is too short to be told.
          return liveSince === null ? deps.setStatus(describeTrying()) : undefined;
        case 'stopped':
        case 'dialling':
        case 'waiting':
          liveSince = null;
          if (state !== 'waiting') nextTryAt = null;
          if (state === 'stopped') attempt = 0;
          return deps.setStatus(describeTrying());
      }
    },
  };
}
