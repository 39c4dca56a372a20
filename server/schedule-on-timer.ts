import type { Schedule } from './sources/source.ts';

/** Node's own timer, which keeps no process alive. */
export const scheduleOnTimer: Schedule = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};
