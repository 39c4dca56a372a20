import type { SOCKET_MODES } from '#organism/event.ts';

/** How sure it is that an open socket brings no news any more. */
export type Verdict = 'fine' | 'likely-dead' | 'dead';

/** Two readings apart, so that a frame still on its way is no proof. */
const CHECKS_TO_BE_SURE = 2;
/** Messages can move without any state changing, so their total alone needs longer. */
const CHECKS_TO_SUSPECT = 3;

/**
 * Compares a socket's news with REST: a zombie stays open, answers pings and even commands, and
 * only the record moving without it gives it away.
 */
export function createWatchdog() {
  let frames = 0;
  let messageFrames = 0;
  let untoldChecks = 0;
  let silentChecks = 0;
  let lastTotal: number | null = null;

  return {
    noteFrame(isMessage: boolean): void {
      frames += 1;
      if (isMessage) messageFrames += 1;
    },

    /** A new socket starts with a clean record. */
    reset(): void {
      frames = 0;
      messageFrames = 0;
      untoldChecks = 0;
      silentChecks = 0;
      lastTotal = null;
    },

    /** @param reading what REST says now; `hasUntoldState`: an agent's state the socket should have told */
    check(reading: {
      totalMessages: number | null;
      hasUntoldState: boolean;
      mode: (typeof SOCKET_MODES)[number] | null;
    }): Verdict {
      const { totalMessages, hasUntoldState, mode } = reading;
      const hasMoved = lastTotal !== null && totalMessages !== null && totalMessages !== lastTotal;
      const isSilent = mode === 'all' ? messageFrames === 0 : frames === 0;
      untoldChecks = frames > 0 ? 0 : untoldChecks + (hasUntoldState ? 1 : 0);
      silentChecks = isSilent ? silentChecks + (hasMoved ? 1 : 0) : 0;
      lastTotal = totalMessages ?? lastTotal;
      frames = 0;
      messageFrames = 0;
      const isSure =
        untoldChecks >= CHECKS_TO_BE_SURE || (mode === 'all' && silentChecks >= CHECKS_TO_BE_SURE);
      if (isSure) return 'dead';
      return silentChecks >= CHECKS_TO_SUSPECT ? 'likely-dead' : 'fine';
    },
  };
}
