import type { Store } from '#db/store.ts';

import type { EventsDoor } from '../api/events-door.ts';
import { createEventsDoor } from '../api/events-door.ts';
import { createOriginReader } from '../api/events-origin.ts';
import type { Problem } from '../api/problem.ts';
import type { Guard } from '../safety/guard.ts';
import { createByteBudget } from './byte-budget.ts';
import type { PartsDeps } from './parts.ts';
import { createPush } from './push.ts';
import type { SocketDoor } from './socket-door.ts';
import { createSocketDoor } from './socket-door.ts';

/** Both doors for programs that send events by themselves, with the bounds they share. */
export function createEventDoors(
  deps: PartsDeps & {
    readonly store: Pick<Store, 'append' | 'lastSeq'>;
    readonly guard: Pick<Guard, 'guardRequest'>;
    /** Whether a source of that name is read by ourselves. */
    readonly isTaken: (source: string) => boolean;
    /** Why nothing is taken now, such as a disk that is nearly full; null when all is well. */
    readonly admit: () => Problem | null;
    readonly log: {
      warn(fields: object, message: string): void;
      error(fields: object, message: string): void;
    };
  },
): { events: EventsDoor; senders: SocketDoor } {
  const { guard, admit, log } = deps;
  const shared = {
    push: createPush(deps),
    originOf: createOriginReader(deps.isTaken),
    budget: createByteBudget(),
    admit,
    log,
  };
  return { events: createEventsDoor(shared), senders: createSocketDoor({ ...shared, guard }) };
}
