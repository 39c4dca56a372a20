import type { IncomingMessage } from 'node:http';
import { gunzip, inflate } from 'node:zlib';

import { Problem } from './problem.ts';

/**
 * Reads a body on Node's own request, without the price of a stream of the Web's.
 * @throws Problem `too-large`, without having kept more than the bound
 */
export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const refuse = (): void => {
      // What follows is let go: pausing would leave the sender hanging, destroying would cut the answer.
      incoming.removeListener('data', onData);
      incoming.resume();
      reject(tooLarge(maxBytes));
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxBytes) refuse();
      else chunks.push(chunk);
    };
    if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return refuse();
    incoming.on('data', onData);
    incoming.on('end', () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    incoming.on('error', reject);
    incoming.on('close', () => {
      if (!incoming.complete) reject(new Problem('bad-request', 'The body ended early'));
    });
    return undefined;
  });
}

type Unpacker = (
  packed: Buffer,
  options: { maxOutputLength: number },
  done: (error: Error | null, unpacked: Buffer) => void,
) => void;

const UNPACKERS: Readonly<Record<string, Unpacker>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: inflate,
};

/**
 * @param encoding as in Content-Encoding; none is the body as it is
 * @throws Problem `too-large` when it would unpack to more than the bound, `bad-request` when it is
 *   not packed so, `unsupported` for a way of packing that we do not know
 */
export function unpack(
  packed: Buffer,
  maxBytes: number,
  encoding: string | undefined,
): Buffer | Promise<Buffer> {
  const name = (encoding ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity' || packed.length === 0) return packed;
  const unpacker = UNPACKERS[name];
  if (unpacker === undefined) {
    throw new Problem('unsupported', `Content-Encoding must be one of ${NAMES}`);
  }
  return new Promise((resolve, reject) => {
    unpacker(packed, { maxOutputLength: maxBytes }, (error, unpacked) => {
      if (error === null) return resolve(unpacked);
      const isTooLarge = 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
      const problem = new Problem('bad-request', `The body is not ${name}`);
      reject(isTooLarge ? tooLarge(maxBytes) : problem);
    });
  });
}

const NAMES = Object.keys(UNPACKERS).join(', ');

function tooLarge(maxBytes: number): Problem {
  return new Problem('too-large', `The body is larger than ${maxBytes} bytes`);
}
