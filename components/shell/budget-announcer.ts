import type { LiveView } from '#components/live/live-store.ts';
import { BUDGET_THRESHOLDS, type BudgetThreshold } from '#organism/gas.ts';
import type { OrganismState, ThreadView } from '#organism/state.ts';

/** A thread that passed a threshold of its budget; the highest one, when it passed several at once. */
export interface Crossing {
  readonly threadId: string;
  readonly threshold: BudgetThreshold;
}

/** Crossings that come together are told together. */
const GATHER_MS = 1500;
/** No two announcements closer than this: what comes between waits for the next. */
const QUIET_MS = 30_000;
/** Threads told of in one announcement; beyond it a number says enough. */
const MAX_GATHERED = 500;

export interface BudgetAnnouncer {
  start(): void;
  /** Idempotent. What was gathered and not told is forgotten. */
  stop(): void;
}

/** Tells of budget thresholds crossed while the page is open: each once, never more than a few a minute. */
export function createBudgetAnnouncer(deps: {
  readonly store: {
    getSnapshot(): LiveView;
    readonly subscribe: (listener: () => void) => () => void;
    serverNow(): number;
  };
  announce(crossings: readonly Crossing[]): void;
  /** @returns cancels the timer */
  setTimer(task: () => void, delayMs: number): () => void;
}): BudgetAnnouncer {
  const { store } = deps;
  let before: OrganismState | null = null;
  let since = 0;
  let quietUntil = 0;
  let gathered = new Map<string, BudgetThreshold>();
  let cancelTimer: (() => void) | null = null;
  let unsubscribe: (() => void) | null = null;

  function look(): void {
    const { organism, isLoaded } = store.getSnapshot();
    if (!isLoaded || organism === before) return;
    if (before === null) since = store.serverNow();
    else gather(findCrossings(before, organism, since));
    before = organism;
  }

  function gather(crossings: readonly Crossing[]): void {
    for (const { threadId, threshold } of crossings) {
      if (gathered.size < MAX_GATHERED || gathered.has(threadId)) gathered.set(threadId, threshold);
    }
    if (gathered.size === 0 || cancelTimer !== null) return;
    cancelTimer = deps.setTimer(tell, Math.max(GATHER_MS, quietUntil - store.serverNow()));
  }

  function tell(): void {
    const crossings = [...gathered].map(([threadId, threshold]) => ({ threadId, threshold }));
    cancelTimer = null;
    gathered = new Map();
    quietUntil = store.serverNow() + QUIET_MS;
    deps.announce(crossings);
  }

  return {
    start() {
      unsubscribe ??= store.subscribe(look);
      look();
    },
    stop() {
      unsubscribe?.();
      unsubscribe = null;
      cancelTimer?.();
      cancelTimer = null;
      gathered = new Map();
      before = null;
    },
  };
}

/**
 * Thresholds that `after` shows crossed and `before` did not.
 * @param since epoch milliseconds: what was crossed earlier is old news, however late it arrives
 */
function findCrossings(before: OrganismState, after: OrganismState, since: number): Crossing[] {
  if (before.threads === after.threads) return [];
  const crossings: Crossing[] = [];
  for (const thread of after.threads.values()) {
    const known = before.threads.get(thread.id);
    if (thread === known) continue;
    const threshold = newestCrossing(known, thread, since);
    if (threshold !== null) crossings.push({ threadId: thread.id, threshold });
  }
  return crossings;
}

function newestCrossing(
  known: ThreadView | undefined,
  { budget }: ThreadView,
  since: number,
): BudgetThreshold | null {
  if (budget === null) return null;
  const old = known?.budget?.run === budget.run ? known.budget.crossedAt : {};
  const isNew = (threshold: BudgetThreshold) =>
    old[threshold] === undefined && (budget.crossedAt[threshold] ?? 0) > since;
  return BUDGET_THRESHOLDS.findLast(isNew) ?? null;
}
