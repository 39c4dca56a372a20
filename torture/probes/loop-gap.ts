/**
 * Loaded before the server: notes every long silence of its event loop in a file. On a machine that
 * others use too, the time it could have run but had no processor is told beside it.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const TICK_MS = 5;
/** Shorter ones are nobody's concern. */
const MIN_GAP_MS = 30;

const file = process.env['TORTURE_LOOP_GAPS'];
if (isMainThread && file !== undefined) {
  let lastAt = performance.now();
  let lastQueuedMs = readQueuedMs();
  setInterval(() => {
    const now = performance.now();
    const queuedMs = readQueuedMs();
    const gap = { at: Date.now(), gapMs: now - lastAt, queuedMs: queuedMs - lastQueuedMs };
    lastAt = now;
    lastQueuedMs = queuedMs;
    if (gap.gapMs >= MIN_GAP_MS) appendFileSync(file, `${JSON.stringify(gap)}\n`);
  }, TICK_MS).unref();
}

/** How long this thread has waited for a processor so far; 0 where Linux does not tell. */
function readQueuedMs(): number {
  try {
    const [, queuedNs] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(queuedNs) / 1e6;
  } catch {
    return 0;
  }
}
