import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { pino } from 'pino';

import { createSqliteStore } from '#db/sqlite/store.ts';
import type { PreparedEvent, Reject, Store } from '#db/store.ts';
import type { JournalEvent } from '#organism/event.ts';

import { createDiscovery } from '../discovery/discovery.ts';
import type { HttpFront } from '../http-front.ts';
import { createHttpFront } from '../http-front.ts';
import type { Hub } from '../hub/hub.ts';
import { createHub } from '../hub/hub.ts';
import type { Organisms } from '../hub/organisms.ts';
import { createOrganisms } from '../hub/organisms.ts';
import { createRedactors } from '../ingest/load-redactor.ts';
import { createOrganismLimit } from '../ingest/organism-limit.ts';
import { createPreparation } from '../ingest/prepare.ts';
import { createPricer } from '../ingest/price.ts';
import { createAccess } from '../safety/access.ts';
import { createGuard } from '../safety/guard.ts';
import { createHostGuard } from '../safety/host-guard.ts';
import { createOriginGuard } from '../safety/origin-guard.ts';
import type { Sessions } from '../safety/session.ts';
import { createSessions } from '../safety/session.ts';
import { scheduleOnTimer } from '../schedule-on-timer.ts';
import type { createReceivers } from '../sources/create-receivers.ts';
import type {
  ControlCommand,
  ControlOutcome,
  Schedule,
  SourceDescription,
} from '../sources/source.ts';
import { NO_PAGES } from '../testing/no-pages.ts';
import { openTestUpkeep } from '../upkeep/test-upkeep.ts';
import type { AgentSchema, ApiDeps } from './api-deps.ts';
import type { Api } from './app.ts';
import { createApi } from './app.ts';
import { createCommands } from './commands.ts';
import { createDoors } from './doors.ts';
import type { Problem } from './problem.ts';

/** The real API for tests: SQLite in a temporary directory, a real server on a free port. */

export const TEST_KEY = 'the-control-key-of-this-test';

export interface TestApi {
  readonly api: Api;
  readonly store: Store;
  readonly organisms: Organisms;
  readonly sessions: Sessions;
  readonly hub: Hub;
  readonly front: HttpFront;
  readonly url: string;
  readonly port: number;
  /** Commands that reached the source. */
  readonly sent: ControlCommand[];
  /** What the source answers next. */
  answer: ControlOutcome;
  isDraining: boolean;
  demo: 'available' | 'running' | 'unavailable';
  /** Why pushed events are not taken now. */
  refusal: Problem | null;
  /** Commits and publishes, as ingest does. */
  emit(events: readonly PreparedEvent[], more?: EmitOptions): Promise<readonly JournalEvent[]>;
  get(path: string, headers?: Record<string, string>): Promise<TestAnswer>;
  /** With the key, unless other headers are given. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
  request(method: string, path: string, init?: RequestInit): Promise<TestAnswer>;
  close(): Promise<void>;
}

interface EmitOptions {
  readonly organismId?: string;
  readonly rejects?: readonly Reject[];
  readonly redactions?: Readonly<Record<string, number>>;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, or null when it is not JSON. */
  readonly body: unknown;
}

export async function openTestApi(
  options: {
    organisms?: readonly string[];
    schema?: AgentSchema;
    isLoopbackBound?: boolean;
    now?: () => number;
    checkStore?: () => Promise<void>;
    receivers?: typeof createReceivers;
    /** What receivers do later. */
    schedule?: Schedule;
    stopAtTokens?: number;
    /** Organisms there may be at most. */
    maxOrganisms?: number;
    /** Pictures in memory, but for those of `organisms`. */
    maxHot?: number;
    /** Free bytes of the disk, of which 100 are the last to be used. */
    freeBytes?: () => number;
    /** Where commands go instead of being answered with `kit.answer`. */
    control?: (command: ControlCommand) => Promise<ControlOutcome>;
  } = {},
): Promise<TestApi> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'organoscope-api-'));
  const log = pino({ level: 'silent' });
  const now = options.now ?? Date.now;
  const ids = options.organisms ?? ['one'];
  const store = await createSqliteStore({ dataDir, log });
  const organisms = createOrganisms({ store, maxHot: options.maxHot });
  for (const id of ids) organisms.ensure(id);
  const sessions = createSessions({ elapsed: now });
  const port = (): number => front.port();
  const guard = createGuard({
    access: createAccess({
      key: { value: TEST_KEY },
      sessions,
      isLoopbackBound: options.isLoopbackBound ?? true,
      port,
    }),
    isHostAllowed: createHostGuard([]),
    isOriginAllowed: createOriginGuard({ allowed: [], port }),
  });
  const sent: ControlCommand[] = [];
  const commands = createCommands({
    store,
    async control(_organismId, command) {
      sent.push(command);
      return options.control === undefined ? kit.answer : options.control(command);
    },
    sourceOf: (organismId) => `${organismId}-source`,
    redact: (value) => value,
    now,
    log,
  });
  const limit = createOrganismLimit(() => organisms.names(), options.maxOrganisms);
  const { events, senders, receivers, counters } = createDoors({
    ingestDeps: {
      store,
      preparation: createPreparation({
        ...createRedactors(),
        pricer: createPricer(),
      }),
      publish: (published) => organisms.publish(published),
      now,
    },
    isTaken: (source) => ids.some((id) => source === `${id}-source`),
    admit: () => kit.refusal,
    limit,
    guard,
    threadTokens: (organismId, threadId) => organisms.threadTokens(organismId, threadId),
    stopAtTokens: options.stopAtTokens ?? null,
    schedule: options.schedule ?? scheduleOnTimer,
    logOf: () => log,
    log,
    receivers: options.receivers,
  });
  const { freeBytes } = options;
  const upkeep = await openTestUpkeep({
    dataDir,
    store,
    hub: () => hub,
    organisms,
    limit,
    refusals: () => receivers.refusals(),
    doors: counters,
    now,
    log,
    freeBytes,
  });
  const deps: ApiDeps = {
    organisms,
    store,
    guard,
    sessions,
    commands,
    events,
    receivers: receivers.list(),
    refusals: () => receivers.refusals(),
    sources: () => ids.map(describeSource),
    discovery: createDiscovery({
      find: async () => [],
      isTaken: () => false,
      connect: async () => undefined,
    }),
    readSchema: async () => options.schema ?? null,
    demo: {
      state: () => kit.demo,
      start: async () => void (kit.demo = 'running'),
    },
    versions: { version: '0.1.0', priceVersion: 'prices-1', catalogueVersion: 'catalogue-1' },
    isDraining: () => kit.isDraining,
    ...upkeep,
    checkStore: options.checkStore ?? (async () => void (await store.describe())),
    port,
    now,
    log,
  };
  const hub = createHub({
    organisms,
    store,
    guard,
    commands,
    now,
    log,
    pingMs: 20_000,
    limits: { total: 10, perAddress: 10 },
  });
  hub.start();
  const api = createApi(deps);
  const front = createHttpFront({
    guard,
    api,
    events,
    receivers,
    hub,
    senders,
    pages: NO_PAGES,
    log,
  });
  await receivers.start();
  await front.listen(0, '127.0.0.1');

  async function request(
    method: string,
    target: string,
    init: RequestInit = {},
  ): Promise<TestAnswer> {
    const url = `http://127.0.0.1:${port()}${target}`;
    const answer = await fetch(url, { method, redirect: 'manual', ...init });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
    const body: unknown = isJson && text !== '' ? JSON.parse(text) : null;
    return { status: answer.status, headers: answer.headers, text, body };
  }

  const kit: TestApi = {
    api,
    store,
    organisms,
    sessions,
    hub,
    front,
    url: `http://127.0.0.1:${port()}`,
    port: port(),
    sent,
    answer: { kind: 'answered', status: 200, body: { success: true } },
    isDraining: false,
    demo: 'available',
    refusal: null,
    async emit(events, { organismId = ids[0] ?? 'one', rejects = [], redactions = {} } = {}) {
      const batch = { source: `${organismId}-source`, organismId, events, rejects, redactions };
      const { stored } = await store.append({ ...batch, catalogueVersion: 'catalogue-1' });
      organisms.publish(stored);
      return stored;
    },
    get: (target, headers = {}) => request('GET', target, { headers }),
    post(target, body, headers = { authorization: `Bearer ${TEST_KEY}` }) {
      const sentBody = typeof body === 'string' ? body : JSON.stringify(body);
      return request('POST', target, {
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(sentBody === undefined ? {} : { body: sentBody }),
      });
    },
    request,
    async close() {
      await senders.stop();
      await hub.stop();
      await front.close();
      receivers.stop();
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return kit;
}

function describeSource(organismId: string): SourceDescription {
  const url = 'http://127.0.0.1:8080';
  return { name: `${organismId}-source`, kind: 'agentserver', url, organismId };
}
