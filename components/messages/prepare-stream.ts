import { compareNewest, type MessageItem } from './message-item.ts';

/**
 * One list, newest first, of what was read from the store and what came live since. Nothing is
 * shown from below the last stored row while there is more to read: between them rows are missing.
 * @param live in order of arrival
 * @param past newest first
 */
export function mergeStream(
  live: readonly MessageItem[],
  past: readonly MessageItem[],
  hasMorePast: boolean,
): readonly MessageItem[] {
  const last = past.at(-1);
  const stored = new Set(past.map((message) => message.seq));
  const isShown = (message: MessageItem) =>
    !stored.has(message.seq) &&
    !(hasMorePast && last !== undefined && compareNewest(last, message) < 0);
  const added = live.filter(isShown).sort(compareNewest);
  return added.length === 0 ? past : mergeSorted(added, past);
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
