import type { DraftOf } from '#organism/event.ts';

import type { Source, SourceDeps, SourceDescription } from './source.ts';
import { createBackoff } from './upstream/backoff.ts';
import { createPoller } from './upstream/poller.ts';
import { createStamper } from './upstream/stamper.ts';

/** An upstream that is read again and again and takes no commands: what differs between those. */
export interface PolledUpstream {
  readonly description: SourceDescription;
  /** Milliseconds between two readings while someone watches. */
  readonly intervalMs: number;
  /** Reads and delivers what is new; asks between two deliveries whether to end. */
  read(isStopped: () => boolean): Promise<void>;
  /** Without it: what the error says, and growing waits. */
  readonly explain?: ((error: unknown) => Failure) | undefined;
  /** Standing conditions in words, asked after each reading. */
  notices?(): readonly string[];
  /** Cuts what is under way. */
  close?(): void;
  /** Why a command is not sent. */
  readonly noCommands: string;
}

/** Why a reading failed. */
export interface Failure {
  readonly reason: string;
  /** Where asking again sooner cannot help. */
  readonly waitMs?: number | undefined;
  /** What a source is then called; `retrying` without it. */
  readonly state?: 'unlicensed' | undefined;
}

type StatusFacts = Pick<DraftOf<'source_status'>, 'state'> & Partial<DraftOf<'source_status'>>;

/** The life of such a source: the loop, the waits after failures, the status told, and the stop. */
export function createPolledSource(upstream: PolledUpstream, deps: SourceDeps): Source {
  const { explain = inItsWords } = upstream;
  const { name, kind } = upstream.description;
  const backoff = createBackoff({ random: deps.random });
  const stamp = createStamper(deps);
  let shown = { state: '', since: 0 };
  let told = '';
  let isStopped = false;
  let stopping: Promise<void> | null = null;

  async function tell(more: StatusFacts): Promise<void> {
    const facts = { socketMode: null, notices: [...(upstream.notices?.() ?? [])], ...more };
    const text = JSON.stringify(facts);
    if (text === told) return;
    const { tail, at } = stamp();
    const since = facts.state === shown.state ? shown.since : at;
    const key = `source_status:${tail}`;
    await deps.deliver({
      drafts: [{ type: 'source_status', key, occurredAt: at, since, ...facts }],
    });
    shown = { state: facts.state, since };
    told = text;
  }

  async function run(): Promise<number | void> {
    try {
      await upstream.read(() => isStopped);
      backoff.reset();
      if (!isStopped) await tell({ state: 'polling' });
      return undefined;
    } catch (error) {
      if (isStopped) return undefined;
      const { reason, waitMs = backoff.next(), state = 'retrying' } = explain(error);
      const nextTryAt = deps.now() + waitMs;
      await tell({ state, reason, nextTryAt, attempt: backoff.attempt });
      return waitMs;
    }
  }

  const poller = createPoller({
    run,
    intervalMs: () => upstream.intervalMs,
    isWatched: deps.isWatched,
    onError: (error) => deps.log.warn({ err: error, source: name }, `reading ${kind} failed`),
    schedule: deps.schedule,
    elapsed: deps.elapsed,
  });

  return {
    name,
    kind,
    async start() {
      poller.start();
    },
    stop() {
      stopping ??= (async () => {
        isStopped = true;
        upstream.close?.();
        await poller.stop();
        await tell({ state: 'stopped' });
      })();
      return stopping;
    },
    control: async () => ({ kind: 'not-sent', reason: upstream.noCommands }),
    describe: () => upstream.description,
  };
}

function inItsWords(error: unknown): Failure {
  return { reason: error instanceof Error ? error.message : String(error) };
}
