import http from 'node:http';

import type { RawData } from 'ws';
import { WebSocket } from 'ws';
import { z } from 'zod';

import type { EventDraft, JournalEvent } from '#organism/event.ts';
import type { OrganismSnapshot } from '#organism/snapshot.ts';

import type { CommandReply, Commands } from '../api/commands.ts';
import { createAccess } from '../safety/access.ts';
import { createGuard } from '../safety/guard.ts';
import { createHostGuard } from '../safety/host-guard.ts';
import { createOriginGuard } from '../safety/origin-guard.ts';
import type { Sessions } from '../safety/session.ts';
import { createSessions } from '../safety/session.ts';
import type { SocketLimits } from './admission.ts';
import type { Hub } from './hub.ts';
import { createHub } from './hub.ts';
import type { Organisms } from './organisms.ts';
import { createOrganisms } from './organisms.ts';
import type { Timers } from './timers.ts';
import { realTimers } from './timers.ts';

/** Parts for tests of the hub: a journal in memory, a real server, real sockets, a hand on the beat. */

export const TEST_KEY = 'the-control-key-of-this-test';
/** Any number that is not the beat's. */
const PING_MS = 77;
export const TEST_EPOCH = 'epoch-1';

export interface TestJournal {
  readonly epoch: string;
  readonly events: JournalEvent[];
  readonly reads: { since: number; limit: number }[];
  append(organismId: string, drafts: readonly EventDraft[]): JournalEvent[];
  readEvents(query: {
    organismId?: string | undefined;
    since: number;
    limit: number;
  }): Promise<JournalEvent[]>;
  prunedThrough(): number;
  loadSnapshots(organismIds: readonly string[]): Promise<OrganismSnapshot[]>;
  saveSnapshot(snapshot: OrganismSnapshot): Promise<void>;
  listOrganisms(): Promise<
    {
      organismId: string;
      source: string;
      name: string;
      lastSeq: number;
      lastReceivedAt: number;
    }[]
  >;
}

export function createTestJournal(epoch = TEST_EPOCH): TestJournal {
  const events: JournalEvent[] = [];
  const reads: { since: number; limit: number }[] = [];
  const snapshots = new Map<string, OrganismSnapshot>();
  return {
    epoch,
    events,
    reads,
    prunedThrough: () => 0,
    append(organismId, drafts) {
      const stored = drafts.map((draft, index): JournalEvent => {
        const seq = (events.at(-1)?.seq ?? 0) + index + 1;
        const position = { seq, organismId, source: organismId, receivedAt: draft.occurredAt };
        return draft.type === 'usage'
          ? { ...draft, ...position, costNanos: null, price: null }
          : { ...draft, ...position };
      });
      events.push(...stored);
      return stored;
    },
    async readEvents({ organismId, since, limit }) {
      reads.push({ since, limit });
      return events
        .filter((event) => event.seq > since)
        .filter((event) => organismId === undefined || event.organismId === organismId)
        .slice(0, limit);
    },
    loadSnapshots: async (organismIds) => organismIds.flatMap((id) => snapshots.get(id) ?? []),
    async saveSnapshot(snapshot) {
      snapshots.set(snapshot.organismId, snapshot);
    },
    async listOrganisms() {
      const lastSeqs = new Map(events.map(({ organismId, seq }) => [organismId, seq]));
      return [...lastSeqs].map(([organismId, lastSeq]) => ({
        organismId,
        source: organismId,
        name: organismId,
        lastSeq,
        lastReceivedAt: 0,
      }));
    },
  };
}

export function messageDraft(id: string, more: object = {}): EventDraft {
  return {
    type: 'message',
    key: `message:${id}`,
    occurredAt: 1_800_000_000_000,
    id,
    threadId: 'thread-1',
    from: 'planner',
    to: 'coder',
    payloadType: 'Task',
    payload: { text: id },
    ...more,
  };
}

export function agentDraft(agent: string): EventDraft {
  return {
    type: 'agent',
    key: `agent:${agent}`,
    occurredAt: 1_800_000_000_000,
    agent,
    description: `the ${agent}`,
    isAgent: true,
    peers: [],
    payloadClass: 'handlers.Task',
  };
}

export interface TestHub {
  readonly hub: Hub;
  readonly organisms: Organisms;
  readonly journal: TestJournal;
  readonly sessions: Sessions;
  readonly url: string;
  readonly port: number;
  readonly sent: { command: unknown; actor: string }[];
  /** Stores and publishes, as ingest does. */
  emit(drafts: readonly EventDraft[], organismId?: string): JournalEvent[];
  /** One heartbeat interval has passed. */
  beat(): void;
  /** The moment to ping every socket. */
  ping(): void;
  close(): Promise<void>;
}

export async function openTestHub(
  options: {
    journal?: TestJournal;
    organisms?: readonly string[];
    maxHot?: number;
    limits?: SocketLimits;
    reply?: CommandReply;
    isLoopbackBound?: boolean;
  } = {},
): Promise<TestHub> {
  const journal = options.journal ?? createTestJournal();
  const organisms = createOrganisms({ store: journal, maxHot: options.maxHot });
  for (const id of options.organisms ?? ['one']) organisms.ensure(id);
  await organisms.restore();

  const server = http.createServer((_req, res) => res.writeHead(404).end());
  const sessions = createSessions({ elapsed: () => performance.now() });
  const port = (): number => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  const access = createAccess({
    key: { value: TEST_KEY },
    sessions,
    isLoopbackBound: options.isLoopbackBound ?? true,
    port,
  });
  const guard = createGuard({
    access,
    isHostAllowed: createHostGuard([]),
    isOriginAllowed: createOriginGuard({ allowed: [], port }),
  });
  const sent: { command: unknown; actor: string }[] = [];
  const commands: Commands = {
    async send(_target, command, actor) {
      sent.push({ command, actor });
      return options.reply ?? { status: 200, body: { threadId: 't-9', messageId: 'm-9' } };
    },
    runHere: (_what, _actor, act) => act(),
  };
  const beats: (() => void)[] = [];
  const pings: (() => void)[] = [];
  const timers: Timers = {
    ...realTimers,
    setInterval(run, everyMs) {
      const list = everyMs === PING_MS ? pings : beats;
      list.push(run);
      return () => list.splice(list.indexOf(run), 1);
    },
  };
  const hub = createHub({
    organisms,
    store: journal,
    guard,
    commands,
    timers,
    pingMs: PING_MS,
    now: () => Date.now(),
    log: { warn: () => undefined },
    limits: options.limits ?? { total: 100, perAddress: 100 },
  });
  hub.start();
  server.on('upgrade', (req, socket, head) => hub.handleUpgrade(req, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    hub,
    organisms,
    journal,
    sessions,
    port: port(),
    url: `ws://127.0.0.1:${port()}`,
    sent,
    emit(drafts, organismId = 'one') {
      const stored = journal.append(organismId, drafts);
      organisms.publish(stored);
      return stored;
    },
    beat: () => beats.forEach((run) => run()),
    ping: () => pings.forEach((run) => run()),
    async close() {
      await hub.stop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A frame of any dialect, read as loosely as a stranger's client would. */
const frameSchema = z.custom<Frame>((value) => typeof value === 'object' && value !== null);
export interface Frame {
  readonly [field: string]: unknown;
  readonly kind: string;
  readonly to: number;
  readonly events: readonly JournalEvent[];
  readonly snapshot: OrganismSnapshot;
  readonly threads: readonly { readonly id: string }[];
}

export interface TestClient {
  readonly ws: WebSocket;
  next(): Promise<Frame>;
  /** Skips frames until one fits. */
  until(fits: (frame: Frame) => boolean): Promise<Frame>;
  /** Frames that have arrived and were not read yet. */
  waiting(): Frame[];
  send(command: unknown): void;
  readonly closed: Promise<number>;
}

export async function openClient(
  url: string,
  options: { protocol?: string; headers?: Record<string, string> } = {},
): Promise<TestClient> {
  const ws = new WebSocket(url, options.protocol === undefined ? [] : [options.protocol], {
    headers: options.headers ?? {},
    perMessageDeflate: false,
  });
  const arrived: Frame[] = [];
  const readers: ((frame: Frame) => void)[] = [];
  ws.on('message', (data) => {
    const frame = frameSchema.parse(JSON.parse(textOf(data)));
    const reader = readers.shift();
    if (reader === undefined) arrived.push(frame);
    else reader(frame);
  });
  const closed = new Promise<number>((resolve) => {
    ws.on('close', (code) => resolve(code));
  });
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
  });
  const next = async (): Promise<Frame> =>
    arrived.shift() ??
    new Promise((resolve) => {
      readers.push(resolve);
    });
  return {
    ws,
    next,
    async until(fits) {
      for (;;) {
        const frame = await next();
        if (fits(frame)) return frame;
      }
    },
    waiting: () => arrived.splice(0),
    send: (command) => ws.send(typeof command === 'string' ? command : JSON.stringify(command)),
    closed,
  };
}

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : '';
}
