import { setFlagsFromString } from 'node:v8';

/**
 * How much garbage a heap may gather, in percent of what is in use: V8 alone allows up to 300 where
 * memory is plenty. Ten minutes of 5,000 events/s end 29 MiB above their first minute with this one, 70
 * with 40 %; when events come as fast as they can, each costs some 5 % more processor time.
 */
const HEAP_GROWING_PERCENT = 20;

/** Collects old garbage sooner, in every thread that starts later too. */
export function keepHeapTight(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
}
