import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

import { LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';

import type { CountedFrame } from './frame-counter.ts';
import { createFrameCounter } from './frame-counter.ts';

const END_OF_HEADERS = '\r\n\r\n';
const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;
const BATCH = /^\{"kind":"batch",.*?"from":(\d+),"to":(\d+),/;
const RESET = /^\{"kind":"reset",.*?"to":(\d+),/;

const NOTHING = Buffer.alloc(0);
/** All clients read into the same memory: each chunk is counted before the next one comes. */
const READ_BUFFER = Buffer.alloc(1 << 20);

export interface ClientTarget {
  readonly host: string;
  readonly port: number;
  /** Where it connects from: one address has too few ports, and limits of its own. */
  readonly localAddress: string;
  /** Fields of the resume command. */
  readonly resume: object;
}

export interface ClientListener {
  onBatch(from: number, to: number, bytes: number): void;
  onReset(to: number): void;
  /** @param code the server's close code, or null when the connection just ended */
  onClosed(code: number | null): void;
}

export interface SwarmClient {
  /** Stops reading, as a browser in a suspended machine does. */
  pause(): void;
  resume(): void;
  destroy(): void;
}

/** A client of `organoscope.v1` that counts instead of decoding. Resolves when it has its snapshot. */
export function openSwarmClient(
  target: ClientTarget,
  listener: ClientListener,
): Promise<SwarmClient> {
  const { host, port, localAddress, resume } = target;
  let closeCode: number | null = null;
  return new Promise((resolve, reject) => {
    const count = createFrameCounter((frame) => {
      if (frame.opcode === OPCODE.ping) socket.write(maskedFrame(OPCODE.pong, frame.head));
      else if (frame.opcode === OPCODE.close) closeCode = answerClose(socket, frame);
      else if (readText(frame, listener)) resolve(client);
    });
    const awaitUpgrade = createUpgradeReader((error) => {
      if (error !== null) return void socket.destroy(error);
      const command = Buffer.from(JSON.stringify({ cmd: 'resume', ...resume }));
      socket.write(maskedFrame(OPCODE.text, command));
    });
    const socket = connect({
      host,
      port,
      localAddress,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback(length) {
          const rest = awaitUpgrade(READ_BUFFER.subarray(0, length));
          if (rest.length > 0) count(rest);
          return true;
        },
      },
    });
    const client = {
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      destroy: () => void socket.destroy(),
    };
    socket.once('connect', () => socket.write(upgradeRequest(host, port)));
    socket.on('error', reject);
    socket.once('close', () => {
      reject(new Error('closed before the snapshot came'));
      listener.onClosed(closeCode);
    });
  });
}

/** @returns whether it was a snapshot */
function readText({ head, bytes }: CountedFrame, listener: ClientListener): boolean {
  const text = head.toString('latin1');
  const batch = BATCH.exec(text);
  if (batch !== null) {
    listener.onBatch(Number(batch[1]), Number(batch[2]), bytes);
    return false;
  }
  const reset = RESET.exec(text);
  if (reset === null) return false;
  listener.onReset(Number(reset[1]));
  return true;
}

function answerClose(socket: Socket, { head }: CountedFrame): number | null {
  socket.end(maskedFrame(OPCODE.close, head.subarray(0, 2)));
  return head.length >= 2 ? head.readUInt16BE(0) : null;
}

/** Swallows the answer to the upgrade. What comes after it is handed back. */
function createUpgradeReader(done: (error: Error | null) => void): (chunk: Buffer) => Buffer {
  let answer: string | null = '';
  return (chunk) => {
    if (answer === null) return chunk;
    answer += chunk.toString('latin1');
    const end = answer.indexOf(END_OF_HEADERS);
    if (end === -1) return NOTHING;
    const isUpgraded = answer.startsWith('HTTP/1.1 101');
    const rest = Buffer.from(answer.slice(end + END_OF_HEADERS.length), 'latin1');
    done(isUpgraded ? null : new Error(answer.split('\r\n', 1)[0]));
    answer = null;
    return rest;
  };
}

function upgradeRequest(host: string, port: number): string {
  return [
    'GET /ws HTTP/1.1',
    `Host: ${host}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `Sec-WebSocket-Protocol: ${LIVE_SUBPROTOCOL}${END_OF_HEADERS}`,
  ].join('\r\n');
}

/** A client's frames are masked; a mask of zeros leaves the payload as it is. */
function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const isShort = payload.length < 126;
  const header = Buffer.alloc(isShort ? 6 : 8);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (isShort ? payload.length : 126);
  if (!isShort) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}
