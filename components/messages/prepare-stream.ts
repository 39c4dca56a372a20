import { compareNewest, type MessageItem } from './message-item.ts';

/**
 * One list, newest first, of what was read from the store and what came live since. Where messages
 * arrived out of the order of their times, nothing is shown from below the last stored row while
 * there is more to read: between them rows are missing.
 */
export function mergeStream(stream: {
  /** In order of arrival, without a hole. */
  readonly live: readonly MessageItem[];
  /** Newest first. */
  readonly past: readonly MessageItem[];
  readonly hasMorePast: boolean;
  /** Messages that have more in them than when they were read, as they are now. */
  readonly amended: readonly MessageItem[];
}): readonly MessageItem[] {
  const { live, past } = stream;
  const current = new Map(stream.amended.map((message) => [message.seq, message]));
  const stored = seqsOf(past);
  const logged = seqsOf(live);
  const cut = stream.hasMorePast ? cutBelow(live, past) : null;
  // What passes a filter only since it was amended is in neither.
  const joining = [...current.values()].filter(({ seq }) => !logged.has(seq));
  const added = [...mend(live, current), ...joining]
    .filter(({ seq }) => !stored.has(seq))
    .filter((message) => cut === null || compareNewest(message, cut) < 0)
    .sort(compareNewest);
  const mended = mend(past, current);
  return added.length === 0 ? mended : mergeSorted(added, mended);
}

function seqsOf(messages: readonly MessageItem[]): ReadonlySet<number> {
  return new Set(messages.map(({ seq }) => seq));
}

function mend(
  messages: readonly MessageItem[],
  current: ReadonlyMap<number, MessageItem>,
): readonly MessageItem[] {
  if (!messages.some(({ seq }) => current.has(seq))) return messages;
  return messages.map((message) => current.get(message.seq) ?? message);
}

/** The last stored row, unless everything stored arrived after the first live message. */
function cutBelow(live: readonly MessageItem[], past: readonly MessageItem[]): MessageItem | null {
  const floor = live[0]?.seq ?? Number.POSITIVE_INFINITY;
  const isCovered = past.every(({ seq }) => seq >= floor);
  return isCovered ? null : (past.at(-1) ?? null);
}

function mergeSorted(a: readonly MessageItem[], b: readonly MessageItem[]): MessageItem[] {
  const merged: MessageItem[] = [];
  let next = 0;
  for (const message of a) {
    for (let other = b[next]; other !== undefined; other = b[next]) {
      if (compareNewest(message, other) < 0) break;
      merged.push(other);
      next += 1;
    }
    merged.push(message);
  }
  return [...merged, ...b.slice(next)];
}
