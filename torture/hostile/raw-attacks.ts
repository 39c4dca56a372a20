import { deflateRawSync } from 'node:zlib';

/** Bytes below the level of messages: each must end its own connection and nothing else. */
export interface RawAttack {
  readonly name: string;
  /** After a sound handshake. */
  readonly bytes: Buffer;
}

const TEXT = 0x1;
const FIN = 0x80;
const RSV1 = 0x40;
const BOMB_BYTES = 64 << 20;
const FRAGMENTS = 20_000;
const PINGS = 20_000;

/** A frame as a server sends it: not masked. */
function frame(firstByte: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([firstByte, length]), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = firstByte;
  head[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

export function textFrame(text: string): Buffer {
  return frame(FIN | TEXT, Buffer.from(text));
}

export function rawAttacks(): readonly RawAttack[] {
  const small = Buffer.from('{}');
  const one = Buffer.from('x');
  return [
    { name: 'a frame of 10 MB', bytes: textFrame('y'.repeat(10_000_000)) },
    { name: 'a length of 2^63', bytes: Buffer.from([FIN | TEXT, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]) },
    { name: 'bad UTF-8', bytes: frame(FIN | TEXT, Buffer.from([0xc3, 0x28, 0xff])) },
    { name: 'a binary frame', bytes: frame(FIN | 0x2, Buffer.from([0xff, 0xfe, 0x00])) },
    { name: 'a masked frame', bytes: Buffer.from([FIN | TEXT, 0x82, 1, 2, 3, 4, 5, 6]) },
    { name: 'a reserved opcode', bytes: frame(FIN | 0x3, small) },
    { name: 'a reserved bit', bytes: frame(FIN | 0x20 | TEXT, small) },
    {
      name: 'a deflate bomb',
      bytes: frame(FIN | RSV1 | TEXT, deflateRawSync(Buffer.alloc(BOMB_BYTES))),
    },
    {
      name: '20,000 fragments',
      bytes: Buffer.concat([
        frame(TEXT, one),
        ...Array.from({ length: FRAGMENTS }, () => frame(0, one)),
      ]),
    },
    {
      name: 'a flood of pings',
      bytes: Buffer.concat([
        ...Array.from({ length: PINGS }, () => frame(FIN | 0x9, one)),
        // Answered or not: the connection has to end for the next attack.
        frame(FIN | 0x8, Buffer.from([3, 233])),
      ]),
    },
    { name: 'a control frame of 126 bytes', bytes: frame(FIN | 0x9, Buffer.alloc(126)) },
    { name: 'a control frame in parts', bytes: frame(0x9, one) },
    { name: 'a part without a start', bytes: frame(0, one) },
    { name: 'a close code that is none', bytes: frame(FIN | 0x8, Buffer.from([0, 5])) },
    { name: 'noise', bytes: Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 197) % 251)) },
    { name: 'half a frame', bytes: textFrame('{"event":"message"}').subarray(0, 9) },
  ];
}
