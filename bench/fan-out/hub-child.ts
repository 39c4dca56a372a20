/**
 * The hub in a process of its own, behind a real HTTP server, with events that are there already:
 * what is left is folding them in and handing them out. With `--each`, one `ws.send` per event and
 * client takes the hub's place.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import type { JournalEvent } from '#organism/event.ts';
import { createOrganisms } from '#server/hub/organisms.ts';

import { createLabDrafts } from '../lab-drafts.ts';
import { steadyNow } from '../swarm/steady-now.ts';
import type { HubCommand, HubReply } from './hub-messages.ts';
import { serveEach } from './serve-each.ts';
import { serveHub } from './serve-hub.ts';

const ORGANISM = 'bench';
/** Different events; then they come again under other ids. */
const DRAFTS = 10_000;
/** What a store that groups its commits publishes at a time. */
const COMMIT_MS = 2;

const drafts = createLabDrafts(DRAFTS);
const organisms = createOrganisms({
  store: {
    loadSnapshots: async () => [],
    listOrganisms: async () => [],
    readEvents: async () => [],
    saveSnapshot: async () => undefined,
  },
});
organisms.ensure(ORGANISM);
const server = http.createServer((_, response) => response.writeHead(404).end());
const isEach = process.argv.includes('--each');
const serve = isEach ? serveEach : serveHub;
serve(server, organisms);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
let seq = 0;

function nextEvent(): JournalEvent {
  const draft = drafts[seq % DRAFTS];
  if (draft === undefined) throw new Error('the lab played nothing');
  const life = Math.floor(seq / DRAFTS);
  seq += 1;
  const position = { seq, organismId: ORGANISM, source: ORGANISM, receivedAt: draft.occurredAt };
  const key = `${draft.key}:${life}`;
  if (draft.type === 'usage') return { ...draft, ...position, key, costNanos: null, price: null };
  if (draft.type === 'message') return { ...draft, ...position, key, id: `${draft.id}:${life}` };
  return { ...draft, ...position, key };
}

async function publish({ rate, seconds }: HubCommand): Promise<HubReply> {
  const times: number[] = [];
  const firstSeq = seq + 1;
  const cpuBefore = process.cpuUsage();
  const startedAt = steadyNow();
  const total = rate * seconds;
  while (times.length < total) {
    const due = Math.min(total, Math.floor(((steadyNow() - startedAt) / 1000) * rate));
    const events: JournalEvent[] = [];
    while (times.length + events.length < due) events.push(nextEvent());
    const now = steadyNow();
    for (const _ of events) times.push(now);
    if (events.length > 0) organisms.publish(events);
    await wait(COMMIT_MS);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const elapsedMs = steadyNow() - startedAt;
  return { url, published: { firstSeq, times }, cpuMs: (user + system) / 1000, elapsedMs };
}

process.on('message', (command: HubCommand & { readonly id: number }) => {
  void publish(command).then((reply) => {
    process.send?.({ id: command.id, ...reply });
    return undefined;
  });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0 });
