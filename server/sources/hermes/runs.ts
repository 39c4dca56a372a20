import type { OpenRunCard } from '#organism/instance-card.ts';

import { clip } from '../drafts.ts';
import type { ControlOutcome, Schedule, SourceLog } from '../source.ts';
import type { Outbox } from '../upstream/outbox.ts';
import type { RestClient } from '../upstream/rest-client.ts';
import { RestError } from '../upstream/rest-client.ts';
import type { UpstreamUrl } from '../upstream/upstream-url.ts';
import type { Cast } from './cast.ts';
import type { RunBook } from './run-book.ts';
import type { RunReader } from './run-reader.ts';
import { createRunReader } from './run-reader.ts';
import type { RunStream } from './run-stream.ts';
import { openRunStream } from './run-stream.ts';
import { runStatusSchema } from './wire.ts';

/** The runs this source follows: one subscription each, ever. */
export interface Runs {
  /** Subscribes to a run; what it answers is what the upstream said to that. */
  follow(run: FollowedRun): Promise<ControlOutcome>;
  /** Asks how the runs ended whose stream broke, where the upstream tells. */
  settle(hasStatus: boolean): Promise<void>;
  readonly open: number;
  /** The open ones, and what each waits for. */
  cards(): OpenRunCard[];
  stop(): Promise<void>;
}

export interface FollowedRun {
  readonly runId: string;
  readonly sessionId: string;
  /** Absent: someone else started it. */
  readonly input?: unknown;
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
}

interface Adrift {
  readonly run: FollowedRun;
  readonly reader: RunReader;
  readonly reason: string;
}

const WAS_STOPPED = 'Organoscope was stopped meanwhile';

export function createRuns(deps: {
  url: UpstreamUrl;
  apiKey: string | undefined;
  silenceMs: number | undefined;
  schedule: Schedule;
  elapsed: () => number;
  now: () => number;
  log: SourceLog;
  rest: RestClient;
  outbox: Outbox;
  book: RunBook;
  cast: Cast;
  agent: () => string;
  onChange: () => void;
}): Runs {
  const { book, cast, outbox, now, url } = deps;
  const closing = new AbortController();
  const reading = new Map<string, { run: FollowedRun; reader: RunReader; done: Promise<void> }>();
  const adrift = new Map<string, Adrift>();

  function readerOf(run: FollowedRun, isResumed: boolean): RunReader {
    const agent = deps.agent();
    const { runId, sessionId, model = agent, provider = 'hermes' } = run;
    const instance = `${url.shown}/${agent}`;
    return createRunReader({ runId, sessionId, instance, agent, model, provider }, cast, {
      isResumed,
      isBusyElsewhere: () => reading.size > 1,
    });
  }

  const leftOpen = [...book.open()];

  /** Only now is the instance's name known, which is part of every key of usage. */
  function resume(): void {
    for (const run of leftOpen.splice(0)) {
      adrift.set(run.runId, { run, reader: readerOf(run, true), reason: WAS_STOPPED });
    }
  }

  async function follow(run: FollowedRun): Promise<ControlOutcome> {
    const { runId, sessionId } = run;
    if (book.has(runId)) {
      const detail = `run ${runId} was subscribed to before: its events can be read once`;
      return { kind: 'answered', status: 409, body: { detail } };
    }
    book.begin(runId, sessionId);
    const opened = await openRunStream({ ...deps, runId, signal: closing.signal });
    const reader = readerOf(run, false);
    const wasStartedHere = 'input' in run;
    if (opened.kind === 'refused' && !wasStartedHere) {
      book.end(runId, []);
      return { kind: 'answered', status: opened.status, body: parseOr(opened.body) };
    }
    const begun = { drafts: reader.begin(run.input, now()), cursors: book.save() };
    const stored = outbox.add(begun);
    if (opened.kind === 'open') {
      const done = read(opened.stream, reader, run, stored).finally(() => {
        reading.delete(runId);
        deps.onChange();
      });
      reading.set(runId, { run, reader, done });
    } else {
      stored.catch(logLoss);
      const reason =
        opened.kind === 'failed' ? opened.reason : `its events answered ${opened.status}`;
      adrift.set(runId, { run, reader, reason });
    }
    deps.onChange();
    return { kind: 'answered', status: 202, body: { run_id: runId, session_id: sessionId } };
  }

  async function read(
    stream: RunStream,
    reader: RunReader,
    run: FollowedRun,
    stored: Promise<void>,
  ): Promise<void> {
    try {
      await stored;
      const reason = await stream.read(async (items) => {
        for (const item of items) {
          if (item.kind === 'dropped') await outbox.add({ drafts: [], rejects: [tooLong(run)] });
          if (item.kind !== 'data') continue;
          const waited = reader.approval;
          await outbox.add(reader.read(item.text));
          if (reader.approval !== waited) deps.onChange();
        }
      });
      if (reader.isOver) await end(run.runId, reader);
      else if (closing.signal.aborted) return;
      else adrift.set(run.runId, { run, reader, reason });
    } catch (error) {
      logLoss(error);
    }
  }

  async function end(runId: string, reader: RunReader): Promise<void> {
    book.end(runId, reader.childSessions);
    await outbox.add({ drafts: [], cursors: book.save() });
  }

  function logLoss(error: unknown): void {
    deps.log.warn({ err: error }, 'what a run told was not stored');
  }

  /** The status of a run that broke off; null where the upstream does not tell, or not now. */
  async function askStatus(runId: string) {
    try {
      const body = await deps.rest.get(`/v1/runs/${encodeURIComponent(runId)}`);
      const status = runStatusSchema.safeParse(body);
      return status.data ?? null;
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      return error.status === 404 || error.status === 405 ? null : 'pending';
    }
  }

  return {
    follow,
    get open() {
      return reading.size;
    },
    cards: () =>
      [...reading.values(), ...adrift.values()].map(({ run, reader }) => ({
        runId: run.runId,
        threadId: clip(run.sessionId),
        approval: reader.approval,
      })),
    async settle(hasStatus) {
      resume();
      for (const [runId, { reader, reason }] of adrift) {
        const status = hasStatus ? await askStatus(runId) : null;
        if (status === 'pending') continue;
        if (status !== null && !isEnded(status.status)) {
          const drafts = reader.observe(status, now());
          if (drafts.length > 0) await outbox.add({ drafts });
          continue;
        }
        adrift.delete(runId);
        const told = reader.abandon(reason, status?.updated_at ?? now(), status);
        book.end(runId, reader.childSessions);
        await outbox.add({ ...told, cursors: book.save() });
      }
    },
    async stop() {
      closing.abort();
      await Promise.all([...reading.values()].map(({ done }) => done));
    },
  };
}

function isEnded(status: string | null | undefined): boolean {
  return ['completed', 'failed', 'cancelled', 'interrupted'].includes(status ?? '');
}

function tooLong({ runId }: FollowedRun) {
  const detail = `run ${runId}: an event must be at most 4 MiB`;
  return { reason: 'too-large' as const, detail, sample: '' };
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
