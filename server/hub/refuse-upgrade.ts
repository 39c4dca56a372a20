import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers an upgrade we will not do with a plain HTTP response, and ends the connection. */
export function refuseUpgrade(
  socket: Duplex,
  refusal: { status: number; detail: string; headers?: Readonly<Record<string, string>> },
): void {
  const body = JSON.stringify({ detail: refusal.detail });
  const headers = {
    ...refusal.headers,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.on('error', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? 'Refused'}`,
      ...lines,
      '',
      body,
    ].join('\r\n'),
  );
}
