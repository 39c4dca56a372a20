/** What a WebSocket frame from a server was, as far as counting needs to know. */
export interface CountedFrame {
  /** 1 text, 8 close, 9 ping. */
  readonly opcode: number;
  readonly bytes: number;
  /** The first bytes of the payload: enough for the head of a batch, or all of a control frame. */
  readonly head: Buffer;
}

/** A batch's head is about 120 bytes long. */
const HEAD_BYTES = 256;
const LONGEST_HEADER = 10;

/**
 * Cuts a stream of bytes into frames without keeping or decoding payloads, so that thousands of
 * clients in one process cost less than the server they measure.
 */
export function createFrameCounter(onFrame: (frame: CountedFrame) => void) {
  let carried: Buffer = Buffer.alloc(0);
  let opcode = 0;
  let bytes = 0;
  let missing = 0;
  let head: Buffer = carried;

  function finish(): void {
    onFrame({ opcode, bytes, head });
  }

  /** @returns where the payload begins, or -1 while the header is not whole */
  function readHeader(chunk: Buffer, at: number): number {
    const left = chunk.length - at;
    if (left < 2) return -1;
    const short = (chunk[at + 1] ?? 0) & 0x7f;
    const size = short === 127 ? LONGEST_HEADER : short === 126 ? 4 : 2;
    if (left < size) return -1;
    opcode = (chunk[at] ?? 0) & 0x0f;
    bytes = short;
    if (short === 126) bytes = chunk.readUInt16BE(at + 2);
    if (short === 127) bytes = Number(chunk.readBigUInt64BE(at + 2));
    return at + size;
  }

  return function take(chunk: Buffer): void {
    let data = chunk;
    let at = 0;
    if (missing > 0) {
      if (head.length < HEAD_BYTES) {
        head = Buffer.concat([head, data.subarray(0, Math.min(missing, HEAD_BYTES - head.length))]);
      }
      at = Math.min(missing, data.length);
      missing -= at;
      if (missing > 0) return;
      finish();
    } else if (carried.length > 0) {
      data = Buffer.concat([carried, data]);
      carried = Buffer.alloc(0);
    }
    while (at < data.length) {
      const start = readHeader(data, at);
      if (start === -1) {
        carried = Buffer.from(data.subarray(at));
        return;
      }
      const end = start + bytes;
      head = data.subarray(start, Math.min(end, start + HEAD_BYTES));
      if (end > data.length) {
        head = Buffer.from(head);
        missing = end - data.length;
        return;
      }
      finish();
      at = end;
    }
  };
}
