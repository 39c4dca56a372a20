import type { EventDraft } from '#organism/event.ts';

import type { SourceDeps } from '../source.ts';
import { createDelivery } from '../upstream/delivery.ts';
import { createRejectMemory } from '../upstream/reject-memory.ts';
import { createRestClient } from '../upstream/rest-client.ts';
import { createStamper } from '../upstream/stamper.ts';
import type { UpstreamUrl } from '../upstream/upstream-url.ts';
import { createBudgetReader } from './budgets.ts';
import type { Frame } from './frame.ts';
import type { InboxLimits } from './inbox.ts';
import { createInbox } from './inbox.ts';
import { createKnownAgents } from './known-agents.ts';
import { createKnownIds } from './known-ids.ts';
import { createKnownOrganism } from './known-organism.ts';
import { createKnownThreads } from './known-threads.ts';
import { MESSAGES_CURSOR } from './message-list.ts';
import { createMessageWatermark } from './message-watermark.ts';
import { createMessageReader } from './messages.ts';
import { createOverviewReader, RUN_CURSOR } from './overview.ts';
import { createPageReader } from './pages.ts';
import { createPump } from './pump.ts';
import { createRunClock } from './run-clock.ts';
import { createThreadReader } from './threads.ts';
import { gapDraft } from './to-drafts.ts';
import { createUsageHistory, USAGE_CURSOR } from './usage-history.ts';

export interface SessionConfig {
  readonly name: string;
  readonly url: UpstreamUrl;
  readonly apiKey: string | undefined;
  readonly inbox?: InboxLimits | undefined;
}

export type Cursors = Readonly<Record<string, string | null>>;
export const CURSOR_NAMES = [MESSAGES_CURSOR, RUN_CURSOR, USAGE_CURSOR] as const;

/** What the flow of a session reacts to. */
export interface PartHooks {
  readonly onNews: (isMessage: boolean) => void;
  readonly onMessageFrame: (isPrimary: boolean) => void;
  readonly onReload: () => void;
  /** Whether a live socket brings messages. */
  readonly areMessagesCarried: () => boolean;
}

export type Parts = ReturnType<typeof createParts>;

/** A life is called cut off when nothing was read of it for longer than polls are apart. */
const UNSEEN_MS = 10_000;

/** Everything one session is made of, wired; none of it runs by itself. */
export function createParts(
  config: SessionConfig,
  deps: SourceDeps,
  cursors: Cursors,
  hooks: PartHooks,
) {
  const { now, elapsed } = deps;
  const stamp = createStamper(deps);
  const rest = createRestClient({ url: config.url, apiKey: config.apiKey, source: config.name });
  const { outbox, status } = createDelivery(deps, stamp);
  const isNew = createRejectMemory();
  const readPage = createPageReader(rest, isNew);
  const agents = createKnownAgents(stamp);
  const threads = createKnownThreads(stamp);
  const ids = createKnownIds();
  const watermark = createMessageWatermark(cursors[MESSAGES_CURSOR] ?? null, elapsed);
  const clock = createRunClock(startOf(cursors[RUN_CURSOR] ?? null));
  const budgets = createBudgetReader({ rest, outbox, stamp, isNew });
  const inbox = createInbox(config.inbox);
  let lastRead: { readonly at: number; readonly elapsed: number } | null = null;

  /** What comes on no socket any more can be judged by what REST lists. */
  function settledBelow(): number {
    const isStill = pump.isDrained && (!hooks.areMessagesCarried() || watermark.isQuiet());
    return isStill ? Number.POSITIVE_INFINITY : watermark.newest;
  }

  /** Everything the upstream remembers of the old life is gone; what we did not see of it is a gap. */
  function beginRun(startedAt: number): EventDraft[] {
    const seenUntil = lastRead?.at ?? watermark.edge?.at ?? null;
    const unseenMs =
      lastRead === null
        ? startedAt - (seenUntil ?? startedAt)
        : elapsed() - lastRead.elapsed - (now() - startedAt);
    agents.forget();
    threads.forget();
    budgets.forget();
    messages.newRun();
    if (seenUntil === null || unseenMs < UNSEEN_MS) return [];
    const reason = 'the upstream restarted; what it did before that, unseen, is gone';
    return [gapDraft({ what: 'events', from: seenUntil, to: startedAt, reason })];
  }

  const messages = createMessageReader({ readPage, outbox, known: ids, watermark, settledBelow });
  const pump = createPump({
    inbox,
    outbox,
    agents,
    threads,
    ids,
    watermark,
    stamp,
    source: config.name,
    onNews: hooks.onNews,
    onMessage: hooks.onMessageFrame,
    onReload: hooks.onReload,
  });

  const overview = createOverviewReader({
    rest,
    outbox,
    agents,
    organism: createKnownOrganism(stamp),
    clock,
    isNew,
    now,
    elapsed,
    onNewRun: beginRun,
  });

  return {
    rest,
    outbox,
    status,
    inbox,
    watermark,
    budgets,
    overview: {
      ...overview,
      async read() {
        const reading = await overview.read();
        lastRead = { at: now(), elapsed: elapsed() };
        return reading;
      },
    },
    messages,
    threads: createThreadReader({ readPage, outbox, known: threads, now }),
    usage: createUsageHistory({ readPage, outbox }, cursors[USAGE_CURSOR] ?? null),
    pump,
    /** Tells a first snapshot: older than anything REST is asked from now on. */
    async tellSnapshot(frame: Frame): Promise<void> {
      if (frame.kind !== 'connected') return;
      const at = now();
      const drafts: EventDraft[] = [];
      const rows = frame.agents.flatMap((read) => ('value' in read ? [read.value] : []));
      drafts.push(
        ...agents.observeList(rows, { readAt: at, since: agents.mark(), isComplete: false }).drafts,
      );
      for (const read of frame.threads) {
        if ('value' in read) drafts.push(...threads.observe(read.value, at));
      }
      await outbox.add({ drafts });
    },
  };
}

function startOf(cursor: string | null): number | null {
  const startedAt = Number(cursor ?? Number.NaN);
  return Number.isFinite(startedAt) ? startedAt : null;
}
