/** FIN and opcode 1 (RFC 6455, section 5.2): a whole text message, unmasked as a server sends it. */
const FIN_TEXT = 0x81;

/**
 * A WebSocket text frame made once for all who get it: header and payload in one buffer, so that a
 * client costs one write and no copy.
 */
export function textFrame(...payload: readonly (string | Buffer)[]): Buffer {
  const pieces = payload.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  const frame = emptyTextFrame(pieces.reduce((sum, { length }) => sum + length, 0));
  const room = payloadOf(frame);
  let end = 0;
  for (const piece of pieces) end += piece.copy(room, end);
  return frame;
}

/** A frame whose payload is still to be written. @param take gives memory that need not be zeroed */
export function emptyTextFrame(
  payloadBytes: number,
  take: (length: number) => Buffer = (length) => Buffer.allocUnsafe(length),
): Buffer {
  const frame = take(headerLength(payloadBytes) + payloadBytes);
  writeHeader(frame, payloadBytes);
  return frame;
}

/** The header alone, for a payload that is written as it is. */
export function textFrameHeader(payloadBytes: number): Buffer {
  const header = Buffer.allocUnsafe(headerLength(payloadBytes));
  writeHeader(header, payloadBytes);
  return header;
}

export function payloadOf(frame: Buffer): Buffer {
  if (frame[1] === 127) return frame.subarray(10);
  return frame.subarray(frame[1] === 126 ? 4 : 2);
}

function headerLength(payloadBytes: number): number {
  if (payloadBytes < 126) return 2;
  return payloadBytes < 1 << 16 ? 4 : 10;
}

function writeHeader(frame: Buffer, length: number): void {
  frame[0] = FIN_TEXT;
  if (length < 126) frame[1] = length;
  else if (length < 1 << 16) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
}
