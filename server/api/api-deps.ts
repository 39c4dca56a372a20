import type { Store } from '#db/store.ts';
import type { Retention } from '#organism/api/storage.ts';
import type { OrganismState } from '#organism/state.ts';

import type { Discovery } from '../discovery/discovery.ts';
import type { Organisms } from '../hub/organisms.ts';
import type { Guard } from '../safety/guard.ts';
import type { Sessions } from '../safety/session.ts';
import type { SourceDescription } from '../sources/source.ts';
import type { BackupStatus } from '../upkeep/backup-schedule.ts';
import type { DiskGuard } from '../upkeep/disk-guard.ts';
import type { Metrics } from '../upkeep/metrics.ts';
import type { Commands } from './commands.ts';
import type { EventsDoor } from './events-door.ts';
import { Problem } from './problem.ts';
import type { ReceiverDoor } from './receiver-door.ts';

/** What the API is made of; everything comes from the runtime. */
export interface ApiDeps {
  readonly organisms: Organisms;
  readonly store: Store;
  readonly guard: Guard;
  readonly sessions: Sessions;
  readonly commands: Commands;
  readonly events: Pick<EventsDoor, 'answer'>;
  readonly receivers: ReturnType<ReceiverDoor['list']>;
  readonly refusals: ReceiverDoor['refusals'];
  /** The configured sources, in order. */
  readonly sources: () => readonly SourceDescription[];
  /** Reads an agent's schema through from the upstream; null when it has none. */
  readonly readSchema: (organismId: string, agent: string) => Promise<AgentSchema | null>;
  readonly discovery: Pick<Discovery, 'found' | 'connect'>;
  readonly demo: {
    state(): 'available' | 'running' | 'unavailable';
    /** Resolves once the demo organism is connected to. */
    start(): Promise<void>;
  };
  readonly versions: {
    readonly version: string;
    readonly priceVersion: string;
    readonly catalogueVersion: string;
  };
  /** Whether a stop has begun: then nobody should send us new work. */
  readonly isDraining: () => boolean;
  readonly disk: Pick<DiskGuard, 'status' | 'refusal'>;
  readonly backups: () => BackupStatus;
  readonly retention: () => Promise<Retention[]>;
  readonly metrics: Pick<Metrics, 'contentType' | 'read'>;
  /** Rejects with the reason when the store cannot take a write now. */
  readonly checkStore: () => Promise<void>;
  readonly port: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: {
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

export interface AgentSchema {
  readonly schema: string;
  readonly contentType: string;
}

/** @throws Problem `not-found` naming the organism */
export function organismIdOf(deps: Pick<ApiDeps, 'organisms'>, id?: string): string {
  const found = deps.organisms.find(id);
  if (found !== null) return found;
  throw new Problem(
    'not-found',
    id === undefined ? 'No organism yet: connect a source' : `Organism not found: ${id}`,
  );
}

/**
 * Its picture, from the store where it was idle.
 * @throws Problem `not-found` naming the organism
 */
export async function resolveOrganism(
  deps: Pick<ApiDeps, 'organisms'>,
  id?: string,
): Promise<OrganismState> {
  const organismId = organismIdOf(deps, id);
  const state = await deps.organisms.fetch(organismId);
  if (state !== null) return state;
  throw new Error(`the organism ${organismId} is known and has no picture`);
}
