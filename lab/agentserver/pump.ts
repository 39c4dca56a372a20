/** Plays the script at a rate: a tick every few milliseconds emits rate × elapsed events. */
export interface Pump {
  start(): void;
  stop(): void;
  /** Events per second, 0 to 10,000; 0 is still. */
  setRate(eventsPerSecond: number): void;
  rate(): number;
}

export const MAX_RATE = 10_000;
const MIN_TICK_MS = 5;
const MAX_TICK_MS = 250;
/** After a stall, at most this much is made up for, so that a burst stays bounded. */
const MAX_ARREARS_MS = 1_000;

export interface PumpDeps {
  readonly step: () => boolean;
  readonly now: () => number;
  readonly rate: number;
}

export function createPump({ step, now, rate }: PumpDeps): Pump {
  let eventsPerSecond = clampRate(rate);
  let timer: ReturnType<typeof setInterval> | null = null;
  let isPlaying = false;
  let lastTickAt = 0;
  let due = 0;

  function tick(): void {
    const at = now();
    due += ((at - lastTickAt) * eventsPerSecond) / 1000;
    due = Math.min(due, Math.max(1, (eventsPerSecond * MAX_ARREARS_MS) / 1000));
    lastTickAt = at;
    while (due >= 1) {
      due -= 1;
      if (!step()) return;
    }
  }

  function schedule(): void {
    if (timer !== null) clearInterval(timer);
    timer = null;
    if (!isPlaying || eventsPerSecond === 0) return;
    lastTickAt = now();
    const tickMs = Math.min(MAX_TICK_MS, Math.max(MIN_TICK_MS, 500 / eventsPerSecond));
    timer = setInterval(tick, tickMs);
  }

  function setPlaying(next: boolean): void {
    if (isPlaying === next) return;
    isPlaying = next;
    schedule();
  }

  return {
    start: () => setPlaying(true),
    stop: () => setPlaying(false),
    setRate(next) {
      eventsPerSecond = clampRate(next);
      schedule();
    },
    rate: () => eventsPerSecond,
  };
}

function clampRate(rate: number): number {
  return Math.min(MAX_RATE, Math.max(0, rate));
}
