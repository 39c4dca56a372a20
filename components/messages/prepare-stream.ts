import { compareNewest, type MessageItem } from './message-item.ts';

/**
 * One list, newest first, of what was read from the store and what came live since. Where messages
 * arrived out of the order of their times, nothing is shown from below the last stored row while
 * there is more to read: between them rows are missing.
 * @param live in order of arrival, without a hole
 * @param past newest first
 */
export function mergeStream(
  live: readonly MessageItem[],
  past: readonly MessageItem[],
  hasMorePast: boolean,
): readonly MessageItem[] {
  const stored = new Set(past.map((message) => message.seq));
  const cut = hasMorePast ? cutBelow(live, past) : null;
  const added = live
    .filter(({ seq }) => !stored.has(seq))
    .filter((message) => cut === null || compareNewest(message, cut) < 0)
    .sort(compareNewest);
  return added.length === 0 ? past : mergeSorted(added, past);
}

/** The last stored row, unless everything stored arrived after the first live message. */
function cutBelow(live: readonly MessageItem[], past: readonly MessageItem[]): MessageItem | null {
  const floor = live[0]?.seq ?? 0;
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
