import { z } from 'zod';

import type { EventDraft } from '#organism/event.ts';

import { clip, organismDraft } from '../drafts.ts';
import { contextSchema } from './context-window.ts';
import { ledgerSchema } from './ledger-schema.ts';
import { CODEX, bornAtOf, childName, organismIdOf } from './names.ts';
import type { Place } from './place.ts';
import { agentAt, threadAt } from './place.ts';
import { bornAtOfSession, replayOf } from './replay.ts';
import type { RolloutPayload } from './rollout-wire.ts';
import type { Spawn } from './spawn.ts';
import { spawnOf } from './spawn.ts';

/** What is known of a file between two readings. */
export const fileStateSchema = z.object({
  /** Lines read. */
  lines: z.number().int().min(0),
  threadId: z.string(),
  organismId: z.string(),
  agent: z.string(),
  cwd: z.string().nullable(),
  model: z.string().nullable(),
  provider: z.string().nullable(),
  /** Of the last line that had one, epoch milliseconds. */
  at: z.number(),
  /** Whether the session's own head was read: a copy of a thread repeats that of its origin. */
  isBegun: z.boolean(),
  /** The last cumulative reading. */
  last: ledgerSchema.shape.billed.nullable(),
  /** Not null while the lines are a copy of the thread's origin. */
  replay: z.object({ bornAt: z.number(), hasTurnIds: z.boolean() }).nullable().default(null),
  /** How full the context window was told to be last. */
  context: contextSchema.nullable().default(null),
  /** Tools that were called and have not answered, by the id of the call; older builds only. */
  calls: z.record(z.string(), z.string()).default({}),
});
export type FileState = z.infer<typeof fileStateSchema>;

export function newFile(threadId: string, host: string): FileState {
  return {
    lines: 0,
    threadId,
    organismId: organismIdOf({ label: null, host, cwd: null }),
    agent: CODEX,
    cwd: null,
    model: null,
    provider: null,
    // Lines without a time of their own are as old as the thread, which its id says.
    at: bornAtOf(threadId) ?? 0,
    isBegun: false,
    last: null,
    replay: null,
    context: null,
    calls: {},
  };
}

/** What the session's own head says of it. */
export function beginFile(state: FileState, payload: RolloutPayload, host: string): FileState {
  const threadId = clip(payload.id ?? state.threadId);
  const cwd = payload.cwd ?? null;
  const isSpawned = spawnOf(payload) !== null;
  const bornAt = bornAtOfSession(threadId, payload) ?? state.at;
  return {
    ...state,
    isBegun: true,
    threadId,
    cwd,
    organismId: organismIdOf({ label: null, host, cwd }),
    agent: isSpawned ? childName(threadId) : CODEX,
    provider: payload.model_provider ?? null,
    at: state.at === 0 ? bornAt : state.at,
    replay: replayOf(payload, bornAt),
  };
}

/** @param place of the session itself */
export function headDrafts(place: Place, payload: RolloutPayload): EventDraft[] {
  const { launch, agent, threadId, at } = place;
  const version = payload.cli_version ?? null;
  const spawn = spawnOf(payload);
  return [
    organismDraft(launch.organismId, at, Object.entries({ cwd: launch.cwd, version })),
    agentAt(place, CODEX),
    ...(spawn === null ? [] : [agentAt(place, agent, childFacts(spawn))]),
    threadAt(place, threadId, spawn?.parentThread ?? payload.forked_from_id ?? undefined),
  ];
}

/** Below the first level the parent is a sub-agent itself. */
function childFacts({ parentThread, depth, title }: Spawn) {
  return { parent: depth > 1 ? childName(parentThread) : CODEX, description: title };
}
