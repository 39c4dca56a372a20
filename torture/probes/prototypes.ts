/** Loaded before the server: says at its end which names the prototypes of all things have. */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['TORTURE_PROTOTYPES'];
if (isMainThread && file !== undefined) {
  const names = (): string =>
    [Object.prototype, Array.prototype, Function.prototype]
      .map((prototype) => Reflect.ownKeys(prototype).map(String).join())
      .join('\n');
  const before = names();
  process.once('exit', () => writeFileSync(file, names() === before ? 'same' : names()));
}
