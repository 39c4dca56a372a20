/** The timers a hub uses, so that tests can hold the clock. */
export interface Timers {
  setInterval(run: () => void, everyMs: number): Cancel;
  setTimeout(run: () => void, afterMs: number): Cancel;
  setImmediate(run: () => void): Cancel;
  /** Milliseconds of a clock that never jumps, with a fraction. */
  monotonicMs(): number;
}
export type Cancel = () => void;

/** Node's own; none of them keeps the process alive. */
export const realTimers: Timers = {
  setInterval(run, everyMs) {
    const timer = setInterval(run, everyMs).unref();
    return () => clearInterval(timer);
  },
  setTimeout(run, afterMs) {
    const timer = setTimeout(run, afterMs).unref();
    return () => clearTimeout(timer);
  },
  setImmediate(run) {
    const timer = setImmediate(run);
    return () => clearImmediate(timer);
  },
  monotonicMs: () => performance.now(),
};
