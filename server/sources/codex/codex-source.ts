import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';

import type { DraftOf } from '#organism/event.ts';

import type { Source, SourceDeps } from '../source.ts';
import { createBackoff } from '../upstream/backoff.ts';
import { createPoller } from '../upstream/poller.ts';
import { createStamper } from '../upstream/stamper.ts';
import { createSessionFiles } from './session-files.ts';
import { readSession } from './session-reader.ts';

export interface CodexConfig {
  readonly name: string;
  /** `file:///home/me/.codex/sessions` */
  readonly url: string;
  readonly organismId: string;
  /** This machine's name, in the names of organisms. */
  readonly host?: string | undefined;
}

/** Between two looks at the files while someone watches. */
const POLL_MS = 1000;

/**
 * A folder of Codex's session files as a source: what a developer does with Codex on this machine,
 * one organism for each folder worked in. Files are only ever read.
 */
export function createCodexSource(config: CodexConfig, deps: SourceDeps): Source {
  const { name, url, organismId, host = hostname() } = config;
  const root = fileURLToPath(url);
  const files = createSessionFiles(root, deps);
  const backoff = createBackoff({ random: deps.random });
  const stamp = createStamper(deps);
  let told = '';
  let isStopped = false;

  async function tell(
    state: DraftOf<'source_status'>['state'],
    more: Partial<DraftOf<'source_status'>> = {},
  ): Promise<void> {
    const notices =
      files.ignored === 0 ? [] : [`${files.ignored} older session files are not watched`];
    const facts = { state, socketMode: null, notices, ...more };
    const text = JSON.stringify(facts);
    if (text === told) return;
    const { tail, at } = stamp();
    const key = `source_status:${tail}`;
    const draft = { type: 'source_status' as const, key, occurredAt: at, since: at, ...facts };
    await deps.deliver({ drafts: [draft] });
    told = text;
  }

  async function readAll(): Promise<void> {
    for (const file of await files.changed()) {
      if (isStopped) return;
      await readSession(file, { ...deps, host, isStopped: () => isStopped });
      files.note(file);
    }
  }

  async function run(): Promise<number | void> {
    try {
      await readAll();
      backoff.reset();
      if (!isStopped) await tell('polling');
      return undefined;
    } catch (error) {
      if (isStopped) return undefined;
      const delayMs = backoff.next();
      const reason = `${root}: ${error instanceof Error ? error.message : String(error)}`;
      const { attempt } = backoff;
      await tell('retrying', { reason, nextTryAt: deps.now() + delayMs, attempt });
      return delayMs;
    }
  }

  const poller = createPoller({
    run,
    intervalMs: () => POLL_MS,
    isWatched: deps.isWatched,
    onError: (error) => deps.log.warn({ err: error }, 'reading Codex sessions failed'),
    schedule: deps.schedule,
    elapsed: deps.elapsed,
  });
  let stopping: Promise<void> | null = null;

  return {
    name,
    kind: 'codex',
    start() {
      poller.start();
      return Promise.resolve();
    },
    stop() {
      stopping ??= (async () => {
        isStopped = true;
        await poller.stop();
        await tell('stopped');
      })();
      return stopping;
    },
    control: () =>
      Promise.resolve({ kind: 'not-sent', reason: 'session files are read; Codex is not reached' }),
    describe: () => ({ name, kind: 'codex', url, organismId }),
  };
}
