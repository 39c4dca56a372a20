import { MAX_LINE_BYTES } from './lines.ts';

/** Cuts a stream of bytes into lines, wherever its chunks end. */
export interface LineCutter {
  /** @returns the lines that are whole now, without their ends */
  push(chunk: Buffer): string[];
  /** @returns the rest, a line without an end; at most one */
  finish(): string[];
}

/**
 * A line of more bytes than the bound comes shortened to just beyond it, so that whoever reads it
 * refuses it and the lines keep their numbers.
 */
export function createLineCutter(maxLineBytes: number = MAX_LINE_BYTES): LineCutter {
  let held: Buffer[] = [];
  let heldBytes = 0;

  function hold(bytes: Buffer): void {
    const room = maxLineBytes + 1 - heldBytes;
    if (room <= 0 || bytes.length === 0) return;
    held.push(bytes.subarray(0, room));
    heldBytes += Math.min(room, bytes.length);
  }

  function cut(): string {
    const line = Buffer.concat(held).toString('utf8');
    held = [];
    heldBytes = 0;
    return line;
  }

  return {
    push(chunk) {
      const lines: string[] = [];
      let from = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
        hold(chunk.subarray(from, end));
        lines.push(cut());
        from = end + 1;
      }
      hold(chunk.subarray(from));
      return lines;
    },
    finish: () => (heldBytes === 0 ? [] : [cut()]),
  };
}
