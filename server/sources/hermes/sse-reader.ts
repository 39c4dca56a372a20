/** Server-sent events out of bytes that may be cut anywhere, also inside a character. */
export interface SseReader {
  push(bytes: Uint8Array): SseItem[];
  /** Lines that were longer than the bound and were let go. */
  readonly dropped: number;
}

/** `closed`: the server says that it ends here on purpose (`: stream closed`). */
export type SseItem =
  | { readonly kind: 'data'; readonly event: string | null; readonly text: string }
  | { readonly kind: 'keepalive' | 'closed' | 'dropped' };

/** The final text of a run comes in one line; beyond this it is an attack. */
const MAX_EVENT_CHARS = 4 * 1024 * 1024;
const CLOSED = 'stream closed';

export function createSseReader(maxChars = MAX_EVENT_CHARS): SseReader {
  const decoder = new TextDecoder();
  let tail = '';
  let isSkipping = false;
  let event: string | null = null;
  let data: string[] = [];
  let size = 0;
  let dropped = 0;

  function readLine(line: string): SseItem | null {
    if (line === '') return endEvent();
    if (line.startsWith(':')) {
      return { kind: line.slice(1).trim() === CLOSED ? 'closed' : 'keepalive' };
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    if (field !== 'data') return null;
    size += value.length;
    if (size <= maxChars) data.push(value);
    return null;
  }

  function endEvent(): SseItem | null {
    const isTooLarge = size > maxChars;
    const item = data.length === 0 ? null : { kind: 'data' as const, event, text: data.join('\n') };
    data = [];
    size = 0;
    event = null;
    return isTooLarge ? drop() : item;
  }

  function drop(): SseItem {
    dropped += 1;
    return { kind: 'dropped' };
  }

  return {
    get dropped() {
      return dropped;
    },
    push(bytes) {
      const items: SseItem[] = [];
      tail += decoder.decode(bytes, { stream: true });
      for (;;) {
        const end = /\r\n|\n|\r(?!$)/.exec(tail);
        if (end === null) break;
        const line = tail.slice(0, end.index);
        tail = tail.slice(end.index + end[0].length);
        const item = isSkipping ? drop() : readLine(line);
        isSkipping = false;
        if (item !== null) items.push(item);
      }
      if (tail.length > maxChars) {
        isSkipping = true;
        tail = '';
      }
      return items;
    },
  };
}
