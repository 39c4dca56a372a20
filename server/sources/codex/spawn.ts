import { clip } from '../drafts.ts';
import { asRecord, countOf, filled } from '../plain-values.ts';

/** How a sub-agent's session was begun. */
export interface Spawn {
  readonly parentThread: string;
  /** 1: by the session a person began. */
  readonly depth: number;
  /** What it is called over there, and what for; null when the build does not say. */
  readonly title: string | null;
}

/** Of the head of a session. */
export interface SpawnFields {
  readonly parent_thread_id?: string | null | undefined;
  readonly source?: unknown;
}

/** Null for a session that a person began. Builds say it in different places, or leave parts out. */
export function spawnOf(payload: SpawnFields): Spawn | null {
  const spawn = asRecord(asRecord(asRecord(payload.source)['subagent'])['thread_spawn']);
  const parentThread = payload.parent_thread_id ?? filled(spawn['parent_thread_id']);
  if (parentThread === null || parentThread === '') return null;
  const title = [spawn['agent_nickname'], spawn['agent_role']].flatMap(
    (name) => filled(name) ?? [],
  );
  return {
    parentThread: clip(parentThread),
    depth: countOf(spawn['depth']) ?? 1,
    title: title.length === 0 ? null : title.join(', '),
  };
}
