import { setImmediate as nextTurn } from 'node:timers/promises';

import type { EventDraft } from '#organism/event.ts';

import type { UnreadableInput } from '../source.ts';
import type { Outbox } from '../upstream/outbox.ts';
import { parseJson } from '../upstream/parse-json.ts';
import { rejectOf } from '../upstream/rows.ts';
import type { Stamper } from '../upstream/stamper.ts';
import { readFrame } from './frame.ts';
import type { Inbox, InboxFrame } from './inbox.ts';
import type { KnownAgents } from './known-agents.ts';
import type { KnownIds } from './known-ids.ts';
import type { KnownThreads } from './known-threads.ts';
import { MESSAGES_CURSOR, placeOf } from './message-list.ts';
import type { MessageWatermark } from './message-watermark.ts';
import { MAX_FRAME_BYTES } from './socket.ts';
import { messageDraft, rawDraft, reloadDraft } from './to-drafts.ts';
import type { WireMessage } from './wire.ts';

export interface PumpDeps {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly agents: KnownAgents;
  readonly threads: KnownThreads;
  readonly ids: KnownIds;
  readonly watermark: MessageWatermark;
  readonly stamp: Stamper;
  readonly source: string;
  readonly onNews: (isMessage: boolean) => void;
  readonly onMessage: (isPrimary: boolean) => void;
  readonly onReload: () => void;
}

/** Turns what the socket brought into drafts, a slice at a time, waiting for each to be durable. */
export interface Pump {
  /** Works off the inbox unless paused. */
  wake(): void;
  /** Holds frames back, so that a backfill's older readings come first. */
  pause(): void;
  resume(): void;
  /** Whether every frame that arrived has been read and delivered. */
  readonly isDrained: boolean;
  /** Works off what is left, paused or not. */
  drain(): Promise<void>;
}

export function createPump(deps: PumpDeps): Pump {
  const { inbox, outbox } = deps;
  let pauses = 0;
  let running: Promise<void> | null = null;

  const mayRun = () => pauses === 0 && !inbox.isEmpty;

  async function run(): Promise<void> {
    let stored = Promise.resolve();
    while (mayRun()) {
      const batch = readSlice(deps, inbox.take());
      // The next slice is read while this one is stored, and no further.
      await stored;
      stored = outbox.add(batch);
      stored.catch(() => undefined);
      await nextTurn();
    }
    await stored;
  }

  function wake(): void {
    if (running !== null || !mayRun()) return;
    running = run()
      // The outbox gives up only when the source stops.
      .catch(() => undefined)
      .finally(() => {
        running = null;
        wake();
      });
  }

  return {
    wake,
    pause() {
      pauses += 1;
    },
    resume() {
      pauses = Math.max(0, pauses - 1);
      wake();
    },
    get isDrained() {
      return running === null && inbox.isEmpty;
    },
    async drain() {
      pauses = 0;
      wake();
      if (running === null) return;
      await running;
      await this.drain();
    },
  };
}

interface Batch {
  readonly drafts: EventDraft[];
  readonly rejects: UnreadableInput[];
  cursors?: Record<string, string>;
}

function readSlice(deps: PumpDeps, frames: readonly InboxFrame[]): Batch {
  const batch: Batch = { drafts: [], rejects: [] };
  for (const frame of frames) readInto(batch, deps, frame);
  return batch;
}

function readInto(batch: Batch, deps: PumpDeps, inboxFrame: InboxFrame): void {
  const { text, at, isPrimary } = inboxFrame;
  const parsed = parseJson(text, { source: `${deps.source} frame`, maxBytes: MAX_FRAME_BYTES });
  if (!parsed.ok) {
    batch.rejects.push(parsed.reject);
    return;
  }
  const frame = readFrame(parsed.value);
  if (frame.kind === 'message') {
    deps.onMessage(isPrimary);
    deps.onNews(true);
    addMessage(batch, deps, frame.message);
    return;
  }
  // Until a probe takes over, the main socket tells the same.
  if (!isPrimary) return;
  if (frame.kind !== 'ignored') deps.onNews(false);
  const { drafts } = batch;
  switch (frame.kind) {
    case 'agent_state':
      drafts.push(...deps.agents.observeFrame(frame.change, at));
      return;
    case 'thread_created':
      drafts.push(...deps.threads.observe(frame.thread, at));
      return;
    case 'thread_updated':
      drafts.push(...deps.threads.observeUpdate(frame.change, at));
      return;
    case 'error':
      drafts.push(...deps.threads.observeError(frame.error, at));
      return;
    case 'reload':
      drafts.push(reloadDraft(frame.reload, deps.stamp(at)));
      deps.onReload();
      return;
    case 'unknown':
      drafts.push(rawDraft(frame.name, frame.payload, deps.stamp(at)));
      return;
    case 'unreadable':
      batch.rejects.push(rejectOf(frame.problem, parsed.value));
      return;
    // A second snapshot is older than what REST is asked right after it.
    case 'connected':
    case 'ignored':
  }
}

function addMessage(batch: Batch, deps: PumpDeps, message: WireMessage): void {
  const { ids, watermark } = deps;
  if (!ids.has(message.id)) {
    ids.add(message.id);
    batch.drafts.push(messageDraft(message));
  }
  if (!watermark.seen(placeOf(message))) return;
  const cursor = watermark.toText();
  if (cursor !== null) batch.cursors = { [MESSAGES_CURSOR]: cursor };
}
