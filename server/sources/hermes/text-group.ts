/** Pieces of one text that arrive one by one. */
export interface TextGroup {
  add(piece: string, at: number): void;
  /** The whole text so far and when it began; begins anew. Null: nothing came. */
  take(): { readonly text: string; readonly at: number } | null;
  readonly isFull: boolean;
}

/** One message holds no more; the rest of a longer text is the next message. */
const MAX_CHARS = 32_768;

export function createTextGroup(): TextGroup {
  let text = '';
  let since = 0;
  return {
    add(piece, at) {
      if (text === '') since = at;
      text += piece;
    },
    take() {
      const taken = text === '' ? null : { text, at: since };
      text = '';
      return taken;
    },
    get isFull() {
      return text.length >= MAX_CHARS;
    },
  };
}
