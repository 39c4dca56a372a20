import { z } from 'zod';

import type { EventOf } from './event.ts';
import { isRecord } from './record.ts';
import type {
  ActivityBucket,
  AgentView,
  AllowanceView,
  OrganismState,
  SourceView,
  ThreadView,
} from './state.ts';
import type { UsageSum } from './usage-sum.ts';

/**
 * The picture as JSON: what a browser starts from and what the store keeps so that a start need not
 * replay all. Both ends run the same build, so entries are checked by identity, not field by field.
 */

const entity = <T>(idField: string) =>
  z.custom<T>((value) => isRecord(value) && typeof value[idField] === 'string');
const record = <T>() => z.custom<T>(isRecord);

/** Changes when a snapshot of an older build can no longer be read: then the journal is replayed. */
export const SNAPSHOT_VERSION = 3;

export const organismSnapshotSchema = z.object({
  version: z.literal(SNAPSHOT_VERSION),
  organismId: z.string(),
  seq: z.number().int().min(0),
  name: z.string(),
  status: z.string(),
  startedAt: z.number().nullable(),
  run: z.number().int(),
  identityConfigured: z.boolean(),
  config: z.record(z.string(), z.unknown()).nullable(),
  agents: z.array(entity<AgentView>('name')),
  threads: z.array(entity<ThreadView>('id')),
  sources: z.array(entity<SourceView>('name')),
  allowances: z.array(entity<AllowanceView>('id')),
  usage: record<UsageSum>(),
  usageByModel: z.array(z.tuple([z.string(), record<UsageSum>()])),
  recentMessages: z.array(entity<EventOf<'message'>>('id')),
  recentErrors: z.array(entity<EventOf<'error'>>('text')),
  gaps: z.array(entity<EventOf<'gap'>>('reason')),
  activity: z.array(record<ActivityBucket>()),
  counts: record<OrganismState['counts']>(),
});
export type OrganismSnapshot = z.infer<typeof organismSnapshotSchema>;

export function toSnapshot(state: OrganismState): OrganismSnapshot {
  return {
    ...state,
    version: SNAPSHOT_VERSION,
    config: state.config === null ? null : { ...state.config },
    agents: [...state.agents.values()],
    threads: [...state.threads.values()],
    sources: [...state.sources.values()],
    allowances: [...state.allowances.values()],
    usageByModel: [...state.usageByModel],
    recentMessages: [...state.recentMessages],
    recentErrors: [...state.recentErrors],
    gaps: [...state.gaps],
    activity: [...state.activity],
  };
}

export function fromSnapshot(snapshot: OrganismSnapshot): OrganismState {
  const { version: _version, ...fields } = snapshot;
  return {
    ...fields,
    agents: new Map(snapshot.agents.map((agent) => [agent.name, agent])),
    threads: new Map(snapshot.threads.map((thread) => [thread.id, thread])),
    sources: new Map(snapshot.sources.map((source) => [source.name, source])),
    allowances: new Map(snapshot.allowances.map((each) => [each.id, each])),
    usageByModel: new Map(snapshot.usageByModel),
  };
}
