import type { JournalEvent } from '#organism/event.ts';

type Publish = (events: readonly JournalEvent[]) => void;

/**
 * Publishes what was committed together in one go, as the live picture is copied for each. One for all
 * ways into the journal, so that its order is kept.
 * @returns resolves when these events are published, rejects when they cannot be
 */
export function publishTogether(
  publish: Publish,
): (events: readonly JournalEvent[]) => Promise<void> {
  let gathered: JournalEvent[] = [];
  let published: Promise<void> = Promise.resolve();

  function publishAll(): void {
    const events = gathered;
    gathered = [];
    publish(events);
  }

  return (events) => {
    // All appends of a commit are answered in one go: the last of them is here before the next microtask.
    if (gathered.length === 0) published = Promise.resolve().then(publishAll);
    for (const event of events) gathered.push(event);
    return published;
  };
}
