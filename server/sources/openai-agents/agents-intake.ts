import { createDueTimers } from '../due-timers.ts';
import type { ReceiverDeps } from '../receiver.ts';
import type { ShelfItem } from '../shelf.ts';
import { createShelf } from '../shelf.ts';
import { OPENAI_AGENTS, noteAll, toDrafts } from './to-drafts.ts';
import { createTraceBook } from './trace-book.ts';
import type { AgentsBatch, AgentsSpan } from './wire.ts';
import { spanSchema } from './wire.ts';

/** The exporter sends every 5 s: what ended soon after is in the next body. */
const WAIT_MS = 6000;

/**
 * Takes traces and spans in whatever order they come. A span whose agent or thread only a later one
 * can name is stored as it is, and told when that comes, or after a while with what is known.
 */
export interface AgentsIntake {
  /** Resolves once all are stored, told or not. */
  take(batch: AgentsBatch): Promise<void>;
  start(): Promise<void>;
  stop(): void;
}

type Deps = Pick<ReceiverDeps, 'deliver' | 'getCursor' | 'log' | 'now' | 'redact' | 'schedule'>;

export function createAgentsIntake(deps: Deps): AgentsIntake {
  const { deliver, now, redact } = deps;
  const book = createTraceBook();
  const shelf = createShelf<AgentsSpan>({
    ...deps,
    write: (span) => writeSpan(span, redact),
    read: (written) => spanSchema.safeParse(written).data ?? null,
  });
  const waiting = new Set<string>();
  const due = createDueTimers(deps, tellDue);

  function awaitMore(ids: readonly string[]): void {
    for (const id of ids) waiting.add(id);
    due.later(WAIT_MS, ids);
  }

  function waitingFor(batch: AgentsBatch): AgentsSpan[] {
    const traces = new Set([
      ...batch.traces.map(({ id }) => id),
      ...batch.spans.map((span) => span.trace_id),
    ]);
    return [...waiting]
      .flatMap((id) => shelf.get(id)?.value ?? [])
      .filter((span) => traces.has(span.trace_id));
  }

  async function store(
    told: Pick<AgentsBatch, 'traces' | 'spans'>,
    held: readonly AgentsSpan[],
    unreadable: readonly unknown[] = [],
  ): Promise<void> {
    const change = shelf.exchange(told.spans.map(idOf), held.map(itemOf));
    const spans = change.hasRoom ? told.spans : [...told.spans, ...held];
    try {
      await deliver(OPENAI_AGENTS, {
        drafts: toDrafts({ traces: told.traces, spans }, book, now()),
        rejects: unreadable.map((item) => ({
          reason: 'invalid-event' as const,
          detail: 'OpenAI Agents item: expected a trace or a trace.span with an id',
          sample: JSON.stringify(item) ?? '',
        })),
        cursors: change.cursors,
      });
    } catch (error) {
      change.undo();
      throw error;
    }
    change.done();
    for (const span of spans) waiting.delete(idOf(span));
    if (change.hasRoom) awaitMore(held.map(idOf));
  }

  async function tellDue(ids: readonly string[]): Promise<void> {
    const spans = ids.flatMap((id) => shelf.get(id)?.value ?? []);
    if (spans.length === 0) return;
    await due.attempt(spans.map(idOf), () => store({ traces: [], spans }, []));
  }

  return {
    async take(batch) {
      noteAll(batch, book);
      const named = waitingFor(batch).filter((span) => book.isSettled(span));
      const ready = batch.spans.filter((span) => book.isSettled(span));
      const held = batch.spans.filter((span) => !book.isSettled(span));
      const told = { traces: batch.traces, spans: [...named, ...ready] };
      await store(told, held, batch.unreadable);
    },
    async start() {
      const spans = (await shelf.load()).map(({ value }) => value);
      noteAll({ traces: [], spans }, book);
      awaitMore(spans.map(idOf));
    },
    stop: () => due.stop(),
  };
}

function idOf({ trace_id: traceId, id }: AgentsSpan): string {
  return `${traceId}:${id}`;
}

function itemOf(span: AgentsSpan): ShelfItem<AgentsSpan> {
  return { id: idOf(span), organismId: OPENAI_AGENTS, value: span };
}

/** As it was received, but for what must not be stored. */
function writeSpan(span: AgentsSpan, redact: (value: unknown) => unknown): unknown {
  const { started_at: startedAt, ended_at: endedAt, id, trace_id, parent_id, object } = span;
  return {
    ...Object(redact({ ...span, started_at: null, ended_at: null })),
    object,
    id,
    trace_id,
    parent_id,
    started_at: spellTime(startedAt),
    ended_at: spellTime(endedAt),
  };
}

function spellTime(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}
