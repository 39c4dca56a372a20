import type { Server } from 'node:http';

import { createHub } from '#server/hub/hub.ts';
import type { Organisms } from '#server/hub/organisms.ts';
import { createAccess } from '#server/safety/access.ts';
import { createGuard } from '#server/safety/guard.ts';
import { createHostGuard, LOOPBACK_NAMES } from '#server/safety/host-guard.ts';
import { createOriginGuard } from '#server/safety/origin-guard.ts';
import { createSessions } from '#server/safety/session.ts';

const MAX_CLIENTS = 20_000;

/** The product's hub and guard, with a store that has nothing to replay. */
export function serveHub(server: Server, organisms: Organisms): void {
  const port = (): number => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  const sessions = createSessions({ elapsed: () => performance.now() });
  const key = { value: 'nobody sends commands here' };
  const guard = createGuard({
    access: createAccess({ key, sessions, isLoopbackBound: true, port }),
    isHostAllowed: createHostGuard(LOOPBACK_NAMES),
    isOriginAllowed: createOriginGuard({ allowed: [], port }),
  });
  const hub = createHub({
    organisms,
    store: { epoch: 'bench', readEvents: async () => [], prunedThrough: () => 0 },
    guard,
    commands: {
      send: () => Promise.reject(new Error('no commands here')),
      runHere: (_what, _actor, act) => act(),
    },
    now: Date.now,
    log: { warn: () => undefined },
    pingMs: 20_000,
    limits: { total: MAX_CLIENTS, perAddress: MAX_CLIENTS },
  });
  hub.start();
  server.on('upgrade', (request, socket, head) => hub.handleUpgrade(request, socket, head));
}
