import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** A tenth of a thread's usual share when all processors are busy, all of it when they are not. */
const NICE = 10;
const NICEST = 19;

/**
 * Lets every other thread of this process go first, where the system can tell threads apart (Linux):
 * a heavy query then takes processor time that nobody else wants, and not the event loop's.
 */
export function yieldToOtherThreads(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (thread !== process.pid) setPriority(thread, Math.min(NICEST, getPriority() + NICE));
  } catch {
    // Another system, or not allowed here: then all share alike.
  }
}
