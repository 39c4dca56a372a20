import type { OpenRunCard } from '#organism/instance-card.ts';

import { clip } from '../drafts.ts';
import { jsonOrText } from '../plain-values.ts';
import type { ControlOutcome, Schedule, SourceLog } from '../source.ts';
import type { Outbox } from '../upstream/outbox.ts';
import type { RestClient } from '../upstream/rest-client.ts';
import { RestError } from '../upstream/rest-client.ts';
import type { UpstreamUrl } from '../upstream/upstream-url.ts';
import type { AnswerForm } from './answer-reader.ts';
import { createAnswerReader } from './answer-reader.ts';
import type { Cast } from './cast.ts';
import type { Forwarding } from './forwarding.ts';
import { createForwarding } from './forwarding.ts';
import type { RunBook } from './run-book.ts';
import type { RunReader } from './run-reader.ts';
import { createRunReader } from './run-reader.ts';
import type { RunStream, StreamAsk } from './run-stream.ts';
import { eventsOf, openRunStream } from './run-stream.ts';
import { runStatusSchema } from './wire.ts';

/** The runs this source follows: one subscription each, ever. */
export interface Runs {
  /** Subscribes to a run; what it answers is what the upstream said to that. */
  follow(run: FollowedRun): Promise<ControlOutcome>;
  /** Hangs up on an answer, which ends the work on it. @returns whether there was one */
  hangUp(runId: string): boolean;
  /** Asks how the runs ended whose stream broke, where the upstream tells. */
  settle(hasStatus: boolean): Promise<void>;
  readonly open: number;
  /** The open ones, and what each waits for. */
  cards(): OpenRunCard[];
  stop(): Promise<void>;
}

interface FollowedAnswer {
  readonly form: AnswerForm;
  readonly ask: StreamAsk;
  /** Whether it goes on to whoever asked, once it is stored. */
  readonly isForwarded: boolean;
}

export interface FollowedRun {
  readonly runId: string;
  readonly sessionId: string;
  /** Absent: someone else started it. */
  readonly input?: unknown;
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  /** Asked in OpenAI's words: it has no events of its own, its answer is the stream. */
  readonly answer?: FollowedAnswer | undefined;
}

interface Adrift {
  readonly run: FollowedRun;
  readonly reader: RunReader;
  readonly reason: string;
}

interface Followed {
  readonly run: FollowedRun;
  readonly reader: RunReader;
  readonly done: Promise<void>;
  readonly stop: AbortController;
  readonly forwarding: Forwarding | null;
}

const STOPPED = runStatusSchema.parse({ status: 'cancelled' });
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
  const reading = new Map<string, Followed>();
  const adrift = new Map<string, Adrift>();

  function readerOf(run: FollowedRun, isResumed: boolean): RunReader {
    const agent = deps.agent();
    const { runId, sessionId, model = agent, provider = 'hermes' } = run;
    const facts = { runId, sessionId, instance: `${url.shown}/${agent}`, agent, model, provider };
    if (run.answer !== undefined) return createAnswerReader(run.answer.form, facts, cast);
    return createRunReader(facts, cast, {
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

  async function follow(asked: FollowedRun): Promise<ControlOutcome> {
    const { runId, answer } = asked;
    if (book.has(runId)) {
      const detail = `run ${runId} was subscribed to before: its events can be read once`;
      return { kind: 'answered', status: 409, body: { detail } };
    }
    book.begin(runId, asked.sessionId);
    const stop = new AbortController();
    const signal = AbortSignal.any([closing.signal, stop.signal]);
    const opened = await openRunStream({ ...deps, ask: answer?.ask ?? eventsOf(runId), signal });
    const isUnderWay = 'input' in asked && answer === undefined;
    if (opened.kind !== 'open' && !isUnderWay) {
      book.end(runId, []);
      return opened.kind === 'failed'
        ? { kind: 'unknown', reason: opened.reason }
        : { kind: 'answered', status: opened.status, body: jsonOrText(opened.body) };
    }
    const named = opened.kind === 'open' ? opened.sessionId : null;
    const sessionId = named ?? asked.sessionId;
    const run = { ...asked, sessionId };
    book.begin(runId, sessionId);
    const reader = readerOf(run, false);
    const begun = { drafts: reader.begin(run.input, now()), cursors: book.save() };
    const stored = outbox.add(begun);
    const forwarding = answer?.isForwarded === true ? createForwarding(() => stop.abort()) : null;
    // A reader that reads no more must not hold what ends here.
    signal.addEventListener('abort', () => forwarding?.end(false), { once: true });
    if (opened.kind === 'open') {
      const followed = { run, reader, stop, forwarding };
      const done = read(opened.stream, followed, stored).finally(() => {
        forwarding?.end(reader.isOver);
        reading.delete(runId);
        deps.onChange();
      });
      reading.set(runId, { ...followed, done });
    } else {
      stored.catch(logLoss);
      const reason =
        opened.kind === 'failed' ? opened.reason : `its events answered ${opened.status}`;
      adrift.set(runId, { run, reader, reason });
    }
    deps.onChange();
    const body = { run_id: runId, session_id: sessionId };
    if (forwarding === null) return { kind: 'answered', status: 202, body };
    const headers = { 'content-type': 'text/event-stream', 'x-hermes-session-id': sessionId };
    return { kind: 'answered', status: 200, body, stream: { bytes: forwarding.bytes, headers } };
  }

  async function read(
    stream: RunStream,
    { run, reader, stop, forwarding }: Omit<Followed, 'done'>,
    stored: Promise<void>,
  ): Promise<void> {
    try {
      await stored;
      const reason = await stream.read(async (items, bytes) => {
        for (const item of items) {
          if (item.kind === 'dropped') await outbox.add({ drafts: [], rejects: [tooLong(run)] });
          if (item.kind !== 'data') continue;
          const waited = reader.approval;
          await outbox.add(reader.read(item.text, { event: item.event, at: now() }));
          if (reader.approval !== waited) deps.onChange();
        }
        await forwarding?.pass(bytes);
      });
      if (reader.isOver) await end(run.runId, reader);
      else if (closing.signal.aborted) return;
      else if (stop.signal.aborted) {
        await outbox.add(reader.abandon(reason, now(), STOPPED));
        await end(run.runId, reader);
      } else adrift.set(run.runId, { run, reader, reason });
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
    hangUp(runId) {
      const found = reading.get(runId);
      if (found?.run.answer === undefined) return false;
      found.stop.abort();
      return true;
    },
    async settle(hasStatus) {
      resume();
      for (const [runId, { run, reader, reason }] of adrift) {
        // An answer is no run: nobody keeps its status.
        const status = hasStatus && run.answer === undefined ? await askStatus(runId) : null;
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
