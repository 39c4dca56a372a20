import type { Logger } from 'pino';
import { pino } from 'pino';
import { PinoPretty } from 'pino-pretty';

export type Log = Logger;

/** One logger, made at start and passed down. Words for a terminal, JSON lines for anything else. */
export function createLog(level: string): Log {
  const stream = process.stderr.isTTY
    ? PinoPretty({
        destination: 2,
        ignore: 'pid,hostname',
        singleLine: true,
        translateTime: 'HH:MM:ss',
      })
    : pino.destination({ dest: 2, sync: true });
  return pino({ level, base: null }, stream);
}
