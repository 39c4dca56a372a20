import { applyAll } from '#organism/apply.ts';
import type { Amends, EventOf, JournalEvent } from '#organism/event.ts';
import type { LiveFrame } from '#organism/live/protocol.ts';
import { appendRecent } from '#organism/recent.ts';
import { fromSnapshot } from '#organism/snapshot.ts';
import type { OrganismState } from '#organism/state.ts';
import { emptyOrganism, MAX_RECENT_CHARS } from '#organism/state.ts';

import { createClockSkew } from './clock-skew.ts';
import { isShallowEqual } from './selection.ts';

/** How fresh the picture is. Instants are epoch milliseconds of this machine's clock. */
export type ConnectionStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live'; readonly lagMs: number | null; readonly since: number }
  | { readonly kind: 'stale'; readonly since: number }
  | {
      readonly kind: 'reconnecting';
      readonly attempt: number;
      /** Null while it tries. */
      readonly nextTryAt: number | null;
      /** A sentence. */
      readonly reason: string;
    }
  | { readonly kind: 'offline'; readonly since: number };

/** What views read: one immutable value, replaced when anything in it changes. */
export interface LiveView {
  readonly organism: OrganismState;
  /** False until the first snapshot: the picture is empty because nothing has arrived. */
  readonly isLoaded: boolean;
  /**
   * The newest messages that were told again since this journal is watched, each with all that is
   * known of it: lists of what was read before are mended by them.
   */
  readonly amendments: readonly Amendment[];
  readonly status: ConnectionStatus;
}

/** A message told again: `amends` names the one that it takes the place of. */
export type Amendment = EventOf<'message'> & { readonly amends: Amends };

/** Where to resume from: what was received, whether or not it is on screen yet. */
export interface LivePosition {
  readonly epoch: string;
  readonly since: number;
}

/** Whether a frame fits: `gap` means something between our position and the frame is missing. */
export type FrameFit = 'fits' | 'gap';

export interface LiveStore {
  getSnapshot(): LiveView;
  /** The same empty view for every caller: what a server renders and hydration starts from. */
  getServerSnapshot(): LiveView;
  /** @returns stops the subscription */
  readonly subscribe: (listener: () => void) => () => void;
  position(): LivePosition | null;
  /** Forgets the position, so that the next resume brings a snapshot. The picture stays. */
  forgetPosition(): void;
  /** Takes a frame in order of arrival; its events show on the next animation frame. */
  receive(frame: Exclude<LiveFrame, { kind: 'error' }>): FrameFit;
  readonly setStatus: (status: ConnectionStatus) => void;
  /** Our best guess of the server's clock, in epoch milliseconds. */
  serverNow(): number;
  /** Milliseconds the server's clock is ahead of ours. */
  skewMs(): number;
  /** Shows what is queued at once. */
  flush(): void;
}

export interface LiveStoreDeps {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs the task before the next paint, or soon when nothing is painted. */
  scheduleFrame(task: () => void): void;
}

/** Events that may wait for a paint. At the bound they are folded at once; none is dropped. */
const MAX_QUEUED_EVENTS = 5000;
/** A lag that changes on every frame is noise on screen. */
const LAG_REFRESH_MS = 1000;
/** Lists hold a few thousand messages, and few are told again long after. */
const MAX_AMENDMENTS = 300;

const SERVER_VIEW: LiveView = {
  organism: emptyOrganism(''),
  isLoaded: false,
  amendments: [],
  status: { kind: 'connecting' },
};

/**
 * The browser's live picture of one organism: the server's own fold, applied once per animation
 * frame. Entities that did not change keep their identity.
 */
export function createLiveStore(deps: LiveStoreDeps): LiveStore {
  const listeners = new Set<() => void>();
  const skew = createClockSkew();
  let view = SERVER_VIEW;
  let position: LivePosition | null = null;
  let replacement: OrganismState | null = null;
  let journal: string | null = null;
  let isAnotherJournal = false;
  let queue: JournalEvent[] = [];
  let isFrameScheduled = false;
  let lag = { ms: 0, shownAt: Number.NEGATIVE_INFINITY };

  function show(next: LiveView): void {
    if (next === view) return;
    view = next;
    for (const listener of listeners) listener();
  }

  function flush(): void {
    const base = replacement ?? view.organism;
    const organism = queue.length === 0 ? base : applyAll(base, queue);
    const isLoaded = view.isLoaded || replacement !== null;
    const amendments = appendRecent(isAnotherJournal ? [] : view.amendments, queue.filter(amends), {
      count: MAX_AMENDMENTS,
      chars: MAX_RECENT_CHARS,
    });
    replacement = null;
    isAnotherJournal = false;
    queue = [];
    if (organism !== view.organism || isLoaded !== view.isLoaded) {
      show({ ...view, organism, isLoaded, amendments });
    }
  }

  function scheduleFlush(): void {
    if (queue.length >= MAX_QUEUED_EVENTS) return flush();
    if (isFrameScheduled) return;
    isFrameScheduled = true;
    deps.scheduleFrame(() => {
      isFrameScheduled = false;
      flush();
    });
  }

  function measureLag(sentAt: number): void {
    const now = deps.now();
    lag = { ...lag, ms: Math.round(skew.observe(sentAt, now)) };
    if (view.status.kind !== 'live' || now - lag.shownAt < LAG_REFRESH_MS) return;
    lag = { ...lag, shownAt: now };
    if (view.status.lagMs !== lag.ms) show({ ...view, status: { ...view.status, lagMs: lag.ms } });
  }

  return {
    getSnapshot: () => view,
    getServerSnapshot: () => SERVER_VIEW,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    position: () => position,
    forgetPosition() {
      position = null;
    },
    receive(frame) {
      measureLag(frame.sentAt);
      if (frame.kind === 'reset') {
        position = { epoch: frame.epoch, since: frame.to };
        isAnotherJournal ||= journal !== frame.epoch;
        journal = frame.epoch;
        replacement = fromSnapshot(frame.snapshot);
        queue = [];
        scheduleFlush();
        return 'fits';
      }
      if (position === null || frame.epoch !== position.epoch) return 'gap';
      if (frame.kind === 'heartbeat') return frame.to > position.since ? 'gap' : 'fits';
      if (frame.from > position.since) return 'gap';
      if (frame.to > position.since) {
        position = { epoch: position.epoch, since: frame.to };
        for (const event of frame.events) queue.push(event);
        if (frame.events.length > 0) scheduleFlush();
      }
      return 'fits';
    },
    setStatus(status) {
      const next = status.kind === 'live' ? { ...status, lagMs: status.lagMs ?? lag.ms } : status;
      if (!isShallowEqual(next, view.status)) show({ ...view, status: next });
    },
    serverNow: () => deps.now() + skew.offsetMs(),
    skewMs: () => skew.offsetMs(),
    flush,
  };
}

function amends(event: JournalEvent): event is Amendment {
  return event.type === 'message' && event.amends !== undefined;
}
