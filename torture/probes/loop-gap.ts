/** Loaded before the server: notes every long silence of its event loop in a file. */
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const TICK_MS = 5;
/** Shorter ones are nobody's concern. */
const MIN_GAP_MS = 30;

const file = process.env['TORTURE_LOOP_GAPS'];
if (isMainThread && file !== undefined) {
  let lastAt = performance.now();
  setInterval(() => {
    const now = performance.now();
    const gapMs = now - lastAt;
    lastAt = now;
    if (gapMs >= MIN_GAP_MS) appendFileSync(file, `${JSON.stringify({ at: Date.now(), gapMs })}\n`);
  }, TICK_MS).unref();
}
