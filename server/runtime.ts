import { isIPv6 } from 'node:net';
import { homedir } from 'node:os';

import open from 'open';

import { createSqliteStore } from '#db/sqlite/store.ts';

import { createApi } from './api/app.ts';
import { createCommands } from './api/commands.ts';
import { createDoors } from './api/doors.ts';
import { Problem } from './api/problem.ts';
import { AppError } from './app-error.ts';
import type { Config } from './config.ts';
import { openDataDirectory } from './data-directory.ts';
import { createDemoSwitch } from './demo-switch.ts';
import { createDiscovery } from './discovery/discovery.ts';
import { findRuntimes } from './discovery/find-runtimes.ts';
import { createHttpFront } from './http-front.ts';
import { createHub } from './hub/hub.ts';
import { createOrganisms } from './hub/organisms.ts';
import { createSnapshotKeeper } from './hub/snapshot-keeper.ts';
import { loadRedactors } from './ingest/load-redactor.ts';
import { createOrganismLimit } from './ingest/organism-limit.ts';
import { createPreparation } from './ingest/prepare.ts';
import { createPricer } from './ingest/price.ts';
import type { Log } from './log.ts';
import type { Pages } from './pages.ts';
import { createAccess } from './safety/access.ts';
import { createGuard } from './safety/guard.ts';
import { createHostGuard, LOOPBACK_NAMES } from './safety/host-guard.ts';
import { loadControlKey } from './safety/key.ts';
import { createOriginGuard } from './safety/origin-guard.ts';
import { createSessions } from './safety/session.ts';
import { scheduleOnTimer } from './schedule-on-timer.ts';
import type { SourceSetting } from './settings.ts';
import { createSourceRegistry } from './source-registry.ts';
import { createSource } from './sources/create-source.ts';
import { createMetrics } from './upkeep/metrics.ts';
import { createRetention } from './upkeep/retention.ts';
import { createUpkeep } from './upkeep/upkeep.ts';

export interface Runtime {
  /** Idempotent: drains sources, then sockets and answers, then the store. */
  stop(): Promise<void>;
  readonly url: string;
  /** Good once: gives a browser the right to send commands. */
  readonly loginUrl: string;
}

export interface RuntimeDeps {
  readonly config: Config;
  /** Where the checkout or the package is. */
  readonly root: string;
  readonly version: string;
  readonly pages: Pages;
  readonly log: Log;
  /** A line for whoever started the program. */
  readonly say: (line: string) => void;
  /** The store can promise nothing any more: what is shown must stop. */
  readonly onStoreFailure: (error: Error) => void;
}

/**
 * The composition root: builds every part, starts it in the order of need, and stops it in reverse.
 * @throws AppError or StoreError in plain words; then nothing runs on
 */
export async function startRuntime(deps: RuntimeDeps): Promise<Runtime> {
  const { config, root, version, pages, log, say } = deps;
  refuseOpenDoor(config);
  const data = openDataDirectory(config);
  const closers: (() => Promise<void> | void)[] = [data.close];
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= closeAll(closers);
    return stopping;
  };

  try {
    const now = Date.now;
    const { redactor, payloadRedactors } = loadRedactors(config.redactFile);
    const pricer = createPricer();
    const upkeep = createUpkeep({ config, dataDir: data.path, now, log });
    const store = await createSqliteStore({
      dataDir: data.path,
      log,
      onFailure: deps.onStoreFailure,
      onCommit: (durationMs) => metrics.noteCommit(durationMs),
    });
    closers.push(() => store.close());
    const metrics = createMetrics({
      version,
      store,
      journal: () => store.stats(),
      hub: () => hub.counters(),
      organisms: () => limit.stats(),
      pictures: () => organisms.stats(),
      refusals: () => receivers.refusals(),
      doors: () => counters(),
      disk: () => upkeep.disk.status(),
      backups: () => upkeep.backups.status(),
      retention: () => retention.describe(),
    });
    closers.push(() => metrics.stop());
    const retention = createRetention({
      store,
      keepMs: {
        payloads: config.keepPayloads ?? null,
        messages: config.keepMessages ?? null,
        errors: config.keepErrors ?? null,
        usage: config.keepUsage ?? null,
      },
      isBusy: () => store.stats().queuedEvents > 0,
      now,
      log,
    });
    closers.push(() => retention.stop());

    const organisms = createOrganisms({ store });
    for (const { name } of config.sources) organisms.ensure(name);
    const replayed = await organisms.restore();
    log.info({ replayed }, 'live pictures restored: events read after their snapshots');
    const snapshots = createSnapshotKeeper({ organisms, log });
    snapshots.start();
    closers.push(() => snapshots.stop());

    const key = loadControlKey({ configured: config.key, dataDir: data.path });
    const sessions = createSessions({ elapsed: () => performance.now() });
    const port = (): number => front.port();
    const guard = createGuard({
      access: createAccess({ key, sessions, isLoopbackBound: isLoopback(config.host), port }),
      isHostAllowed: createHostGuard([...LOOPBACK_NAMES, ...config.allowHost]),
      isOriginAllowed: createOriginGuard({ allowed: config.allowHost, port }),
    });
    const limit = createOrganismLimit(() => organisms.names());
    const { ingest, events, senders, receivers, counters } = createDoors({
      ingestDeps: {
        store,
        preparation: createPreparation({ redactor, payloadRedactors, pricer }),
        publish: (published) => organisms.publish(published),
        now,
      },
      isTaken: (name) => registry.has(name),
      admit() {
        const refusal = upkeep.disk.refusal();
        return refusal === null ? null : new Problem('disk-full', refusal);
      },
      limit,
      guard,
      threadTokens: (organismId, threadId) => organisms.threadTokens(organismId, threadId),
      stopAtTokens: config.stopAtTokens ?? null,
      schedule: scheduleOnTimer,
      logOf: (source) => log.child({ source }),
      log,
    });
    const registry = createSourceRegistry({
      store,
      ingest,
      whenOpen: () => upkeep.disk.whenOpen(),
      isWatched: () => hub.watchers() > 0,
      log,
      now,
    });
    const connect = async (setting: SourceSetting, apiKey: string | undefined): Promise<void> => {
      const organismId = setting.name;
      organisms.ensure(organismId);
      const { pollBudgetsMs, pollUsageMs, pingMs } = config;
      await registry.add(
        (sourceDeps) =>
          createSource(
            { ...setting, apiKey, organismId, pollBudgetsMs, pollUsageMs, pingMs },
            sourceDeps,
          ),
        { source: setting.name, organismId },
      );
    };
    const demo = createDemoSwitch({
      root,
      isTaken: (name) => registry.has(name),
      connect: (url) => connect({ name: 'demo', kind: 'agentserver', url }, undefined),
    });
    closers.push(() => demo.stop());
    const discovery = createDiscovery({
      find: () => findRuntimes({ env: process.env, home: homedir() }),
      isTaken: (name) => registry.has(name),
      connect: (found) => connect(found, undefined),
    });

    const commands = createCommands({
      store,
      control: (organismId, command) => registry.control(organismId, command),
      sourceOf: (organismId) => registry.sourceOf(organismId),
      redact: (value) => redactor.redactValue(value).value,
      now,
      log,
    });
    const limits = { total: config.maxSockets, perAddress: config.maxSocketsPerAddress };
    const hub = createHub({
      organisms,
      store,
      guard,
      commands,
      pingMs: config.pingMs,
      now,
      log,
      limits,
    });
    const api = createApi({
      organisms,
      store,
      guard,
      sessions,
      commands,
      events,
      receivers: receivers.list(),
      refusals: () => receivers.refusals(),
      sources: () => registry.list().map((source) => source.describe()),
      readSchema: (organismId, agent) => registry.readSchema(organismId, agent),
      discovery,
      demo,
      versions: {
        version,
        priceVersion: pricer.version,
        catalogueVersion: redactor.catalogueVersion,
      },
      isDraining: () => stopping !== null,
      disk: upkeep.disk,
      backups: () => upkeep.backups.status(),
      retention: () => retention.describe(),
      metrics,
      checkStore: () => store.checkWritable(),
      port,
      now,
      log,
    });
    const front = createHttpFront({ guard, api, events, receivers, hub, senders, pages, log });

    await receivers.start();
    closers.push(() => receivers.stop());
    await front.listen(config.port, config.host);
    if (config.otlpPort !== undefined) {
      await front.listenForUpstreams(config.otlpPort, config.host);
    }
    closers.push(() => pages.close());
    closers.push(() => front.close());
    hub.start();
    closers.push(() => hub.stop());
    senders.start();
    closers.push(() => senders.stop());
    closers.push(() => registry.stop());
    await upkeep.start();
    retention.start();
    closers.push(() => upkeep.stop());
    for (const { apiKey, ...setting } of config.sources) await connect(setting, apiKey);
    if (config.demo) await demo.start();
    else if (config.auto || config.sources.length === 0) await discovery.look();
    if (config.auto) await discovery.connectAll();
    await pages.prepare();

    const url = `http://${isIPv6(config.host) ? `[${config.host}]` : config.host}:${front.port()}`;
    const loginUrl = `${url}/login?token=${sessions.issueToken()}`;
    say(`Organoscope ${version} is ready: ${url}`);
    say(`To send commands, open this link once: ${loginUrl}`);
    for (const { title } of discovery.found()) {
      say(`Found on this machine: ${title}. Start with --auto, or connect it in the browser`);
    }
    if (key.isNew) say(`The control key for programs is in ${key.file ?? ''}`);
    if (config.open) await open(loginUrl);
    return { url, loginUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** In reverse order of need; one part that fails to close keeps no other open. */
async function closeAll(closers: readonly (() => Promise<void> | void)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything closed cleanly');
}

function refuseOpenDoor({ host, key }: Config): void {
  if (isLoopback(host) || key !== undefined) return;
  throw new AppError(
    'invalid-setting',
    `--host ${host} can be reached from other machines: set ORGANOSCOPE_KEY or ORGANOSCOPE_KEY_FILE first`,
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
