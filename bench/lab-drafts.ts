import { createFaults } from '#lab/agentserver/faults.ts';
import { writeFrame } from '#lab/agentserver/frames.ts';
import { createHistory } from '#lab/agentserver/history.ts';
import type { ModelCall } from '#lab/agentserver/models.ts';
import { createLabOrganism } from '#lab/agentserver/organism.ts';
import { createViews } from '#lab/agentserver/views.ts';
import { systemNow } from '#lab/agentserver/wire-time.ts';
import type { LabEvent } from '#lab/agentserver/world-types.ts';
import { DAY_MS } from '#organism/durations.ts';
import type { DraftOf, EventDraft } from '#organism/event.ts';
import { formatInstant } from '#organism/instant.ts';
import type { Frame } from '#server/sources/agentserver/frame.ts';
import { readFrame } from '#server/sources/agentserver/frame.ts';
import {
  agentStateDraft,
  errorDraft,
  messageDraft,
  threadChangeDraft,
  threadCreatedDraft,
  usageDraft,
} from '#server/sources/agentserver/to-drafts.ts';
import type { Stamp } from '#server/sources/upstream/stamper.ts';

const SEED = 7;
/** Weekends have 0.4 of a weekday's calls. */
const MEAN_DAY_SHARE = (5 + 2 * 0.4) / 7;
const CONVERSATIONS = 200;

/** What the lab plays, read from its own frames: the mix of events that a source delivers. */
export function createLabDrafts(count: number): EventDraft[] {
  const drafts: EventDraft[] = [];
  const { organism, step } = openLab();
  let calls = 0;
  while (drafts.length < count) {
    const frames = step();
    if (frames === null) break;
    for (const text of frames) {
      drafts.push(readLabFrame(text, { tail: `${drafts.length}`, at: systemNow() }));
    }
    const call = organism.record.calls[calls];
    if (call === undefined) continue;
    calls += 1;
    drafts.push(callDraft(call, calls, systemNow()));
  }
  return drafts.slice(0, count);
}

/** What the lab plays, as its socket sends it. */
export function createLabFrames(count: number): string[] {
  const frames: string[] = [];
  const { step } = openLab();
  while (frames.length < count) {
    const next = step();
    if (next === null) break;
    frames.push(...next);
  }
  return frames.slice(0, count);
}

function openLab() {
  const faults = createFaults();
  const events: LabEvent[] = [];
  const organism = createLabOrganism({
    now: systemNow,
    faults,
    seed: SEED,
    conversations: CONVERSATIONS,
    emit: (event) => events.push(event),
  });
  const views = createViews({ ...organism, faults, now: systemNow });
  return {
    organism,
    /** The frames of one step; null when there is nothing more to play. */
    step: () =>
      organism.script.step()
        ? events
            .splice(0)
            .map((event) => writeFrame(event, views, formatInstant).control.toString())
        : null,
  };
}

export function readLabFrame(text: string, stamp: Stamp): EventDraft {
  return draftOf(readFrame(JSON.parse(text)), stamp);
}

function draftOf(frame: Frame, stamp: Stamp): EventDraft {
  switch (frame.kind) {
    case 'message':
      return messageDraft(frame.message);
    case 'agent_state':
      return agentStateDraft(frame.change, stamp);
    case 'thread_created':
      return threadCreatedDraft(frame.thread, stamp);
    case 'thread_updated':
      return threadChangeDraft(frame.change, stamp);
    case 'error':
      return errorDraft(frame.error, stamp);
    default:
      throw new Error(`the lab plays no "${frame.kind}" on its own`);
  }
}

/** Whole UTC days of model calls up to `before`, oldest first; one day at a time, for they are many. */
export function* createUsageDays(
  days: number,
  rows: number,
  before: number,
): Generator<DraftOf<'usage'>[]> {
  const rowsPerDay = Math.round(rows / days / MEAN_DAY_SHARE);
  const today = Math.floor(before / DAY_MS);
  let id = 0;
  for (let day = today - days; day < today; day += 1) {
    const past = createHistory({ seed: SEED, days: 1, rowsPerDay, now: (day + 1) * DAY_MS });
    yield past.map(({ at, ...call }) => callDraft(call, (id += 1), at));
  }
}

/** As the source reads it from a row of `/usage/history`. */
function callDraft(call: ModelCall, id: number, timestamp: number): DraftOf<'usage'> {
  const { orgId, userId, threadId, ...rest } = call;
  return usageDraft({
    ...rest,
    id: BigInt(id),
    timestamp,
    threadId: threadId === '' ? null : threadId,
    metadata: { org_id: orgId, user_id: userId },
  });
}
