import type { Duplex } from 'node:stream';

/** As the recorded server's constants. */
export const MAX_SOCKETS = 50;
export const MAX_SOCKETS_PER_ADDRESS = 10;

/** Counts sockets over both endpoints. A socket taken off the list no longer counts. */
export interface Admission {
  isFull(address: string): boolean;
  enter(address: string): void;
  leave(address: string): void;
}

export function createAdmission(maxTotal: number, maxPerAddress: number): Admission {
  const perAddress = new Map<string, number>();
  let total = 0;
  return {
    isFull: (address) => total >= maxTotal || (perAddress.get(address) ?? 0) >= maxPerAddress,
    enter(address) {
      total += 1;
      perAddress.set(address, (perAddress.get(address) ?? 0) + 1);
    },
    leave(address) {
      total -= 1;
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left > 0) perAddress.set(address, left);
      else perAddress.delete(address);
    },
  };
}

/** The recorded refusal: a bare 403, whatever the reason. */
export function refuseUpgrade(socket: Duplex): void {
  socket.end(
    'HTTP/1.1 403 Forbidden\r\n' +
      `Date: ${new Date().toUTCString()}\r\n` +
      'Content-Length: 0\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n',
  );
}
