/**
 * Loaded before a server whose memory is to be judged: on SIGUSR2 it collects garbage at once. Node
 * alone waits until it needs the room, and until then a leak and garbage look the same from outside.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');
process.on('SIGUSR2', () => {
  if (typeof collect === 'function') collect();
});
