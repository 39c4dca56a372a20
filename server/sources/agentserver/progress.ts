import type { Poller } from '../upstream/poller.ts';
import { createPoller } from '../upstream/poller.ts';
import type { StatusReporter } from '../upstream/status.ts';
import type { Inbox } from './inbox.ts';
import { REORDER_MS } from './message-watermark.ts';

const LOOK_EVERY_MS = 1000;
/** Nothing that changes with each look: a notice is an event each time its words change. */
const CATCHING_UP = 'catching up: some of what the upstream told is not stored yet';

/** Says in the source's status while what the upstream has is still on its way into the store. */
export function createProgress(
  deps: {
    status: StatusReporter;
    inbox: Inbox;
    /** Known to be missing, by numbers or by counts. */
    isBehind: () => boolean;
    now: () => number;
  } & Pick<Parameters<typeof createPoller>[0], 'onError' | 'schedule' | 'elapsed'>,
): Pick<Poller, 'start' | 'stop'> {
  const { status, inbox, isBehind, now, ...timing } = deps;

  /** A commit takes less than this; what waits longer is a backlog. */
  function hasBacklog(): boolean {
    const { waitingSince } = inbox;
    return waitingSince !== null && now() - waitingSince >= REORDER_MS;
  }

  return createPoller({
    ...timing,
    isWatched: null,
    intervalMs: () => LOOK_EVERY_MS,
    async run() {
      status.setNotice('progress', hasBacklog() || isBehind() ? CATCHING_UP : null);
    },
  });
}
