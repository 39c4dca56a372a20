import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { payloadOf, textFrame, textFrameHeader } from './text-frame.ts';

/** Says whatever bytes it is told to, past `ws`. */
let server: WebSocketServer;
let client: WebSocket;
let say: (bytes: Buffer) => void;

beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (_ws, { socket }) => {
    say = (bytes) => void socket.write(bytes);
  });
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(client, 'open');
});
afterAll(() => {
  client.terminate();
  server.close();
});

/** What a WebSocket client makes of bytes. */
async function receive(...pieces: readonly Buffer[]): Promise<string> {
  const message = once(client, 'message');
  for (const piece of pieces) say(piece);
  const [data, isBinary] = await message;
  expect(isBinary).toBe(false);
  return String(data);
}

describe('text frames', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])('carry %i bytes', async (length) => {
    const text = 'x'.repeat(length);
    expect(await receive(textFrame(text))).toBe(text);
    expect(await receive(textFrameHeader(length), Buffer.from(text))).toBe(text);
    expect(payloadOf(textFrame(text)).toString()).toBe(text);
  });

  it('join strings and bytes, whatever the alphabet', async () => {
    const frame = textFrame('{"ä":"', Buffer.from('日本語'), '🙂"}');
    expect(await receive(frame)).toBe('{"ä":"日本語🙂"}');
  });
});
