import { CopyOnWriteMap } from './copy-on-write-map.ts';
import type { EventOf } from './event.ts';
import { appendRecent } from './recent.ts';
import type {
  ActivityBucket,
  AgentView,
  AllowanceView,
  OrganismState,
  SourceView,
  ThreadView,
} from './state.ts';
import {
  MAX_ACTIVITY_SECONDS,
  MAX_GAPS,
  MAX_HOT_THREADS,
  MAX_NAMES,
  MAX_RECENT_CHARS,
  MAX_RECENT_ERRORS,
  MAX_RECENT_MESSAGES,
  newAgentView,
  newThreadView,
} from './state.ts';
import type { UsageSum } from './usage-sum.ts';
import { ZERO_USAGE } from './usage-sum.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Threads over the bound before a trim, so that a full picture is not sorted on every new thread. */
const EVICTION_SLACK = 200;

/**
 * One batch's private copy of the picture: a fold over many events costs one copy of what changed,
 * and unchanged parts keep their identity.
 */
export class OrganismDraft {
  readonly #base: OrganismState;
  readonly #messages: EventOf<'message'>[] = [];
  readonly #amended = new Map<number, unknown>();
  readonly #errors: EventOf<'error'>[] = [];
  readonly #gaps: EventOf<'gap'>[] = [];
  readonly #activity = new Map<number, { events: number; tokens: number }>();
  readonly #agents: CopyOnWriteMap<AgentView>;
  readonly #threads: CopyOnWriteMap<ThreadView>;
  readonly #sources: CopyOnWriteMap<SourceView>;
  readonly #allowances: CopyOnWriteMap<AllowanceView>;
  readonly #usageByModel: CopyOnWriteMap<UsageSum>;
  readonly fields: Mutable<OrganismState>;
  readonly counts: Mutable<OrganismState['counts']>;

  constructor(base: OrganismState) {
    this.#base = base;
    this.fields = { ...base };
    this.counts = { ...base.counts };
    this.#agents = new CopyOnWriteMap(base.agents);
    this.#threads = new CopyOnWriteMap(base.threads);
    this.#sources = new CopyOnWriteMap(base.sources);
    this.#allowances = new CopyOnWriteMap(base.allowances);
    this.#usageByModel = new CopyOnWriteMap(base.usageByModel);
  }

  patchAgent(name: string, patch: (agent: AgentView) => Partial<AgentView>): void {
    const agent = this.#agents.get(name) ?? newAgentView(name);
    this.#put(this.#agents, name, { ...agent, ...patch(agent) });
  }

  patchThread(id: string, patch: (thread: ThreadView) => Partial<ThreadView>): void {
    const thread = this.#threads.get(id) ?? newThreadView(id, this.fields.run);
    this.#threads.set(id, { ...thread, ...patch(thread) });
  }

  putSource(source: SourceView): void {
    this.#put(this.#sources, source.name, source);
  }

  /** Of two readings the later one holds, in whatever order they come. */
  putAllowance(allowance: AllowanceView): void {
    const known = this.#allowances.get(allowance.id);
    if (known !== undefined && known.readAt > allowance.readAt) return;
    this.#put(this.#allowances, allowance.id, allowance);
  }

  addModelUsage(model: string, add: (sum: UsageSum) => UsageSum): void {
    const sum = add(this.#usageByModel.get(model) ?? ZERO_USAGE);
    if (sum.requests === 0) this.#usageByModel.delete(model);
    else this.#put(this.#usageByModel, model, sum);
  }

  addMessage(event: EventOf<'message'>): void {
    this.#messages.push(event);
  }

  /** What is no longer among the newest stays as it is: the store has the rest. */
  amendMessage(seq: number, payload: unknown): void {
    this.#amended.set(seq, payload);
  }

  addError(event: EventOf<'error'>): void {
    this.#errors.push(event);
  }

  addGap(event: EventOf<'gap'>): void {
    this.#gaps.push(event);
  }

  countActivity(receivedAt: number, tokens: number): void {
    const second = Math.floor(receivedAt / 1000);
    const bucket = this.#activity.get(second) ?? { events: 0, tokens: 0 };
    bucket.events += 1;
    bucket.tokens += tokens;
    this.#activity.set(second, bucket);
  }

  /** Finished threads go first, then the longest quiet. */
  evictThreads(): void {
    const threads = this.#threads.current;
    if (threads.size <= MAX_HOT_THREADS + EVICTION_SLACK) return;
    const coldest = [...threads.values()].sort(
      (a, b) =>
        Number(a.status === 'active') - Number(b.status === 'active') ||
        (a.lastActivity ?? 0) - (b.lastActivity ?? 0),
    );
    const surplus = coldest.slice(0, threads.size - MAX_HOT_THREADS);
    for (const thread of surplus) this.#threads.delete(thread.id);
    this.counts.evictedThreads += surplus.length;
  }

  finish(): OrganismState {
    return {
      ...this.fields,
      agents: this.#agents.current,
      threads: this.#threads.current,
      sources: this.#sources.current,
      allowances: this.#allowances.current,
      usageByModel: this.#usageByModel.current,
      recentMessages: appendRecent(
        amendAll(this.#base.recentMessages, this.#amended),
        amendAll(this.#messages, this.#amended),
        { count: MAX_RECENT_MESSAGES, chars: MAX_RECENT_CHARS },
      ),
      recentErrors: appendRecent(this.#base.recentErrors, this.#errors, {
        count: MAX_RECENT_ERRORS,
        chars: MAX_RECENT_CHARS,
      }),
      gaps: appendBounded(this.#base.gaps, this.#gaps, MAX_GAPS),
      activity: mergeActivity(this.#base.activity, this.#activity),
      counts: this.counts,
    };
  }

  /** Refuses a new name at the bound, and counts the refusal. */
  #put<V>(map: CopyOnWriteMap<V>, name: string, value: V): void {
    if (map.current.size >= MAX_NAMES && !map.current.has(name)) this.counts.droppedNames += 1;
    else map.set(name, value);
  }
}

function amendAll(
  messages: readonly EventOf<'message'>[],
  amended: ReadonlyMap<number, unknown>,
): readonly EventOf<'message'>[] {
  if (!messages.some(({ seq }) => amended.has(seq))) return messages;
  return messages.map((message) =>
    amended.has(message.seq) ? { ...message, payload: amended.get(message.seq) } : message,
  );
}

function appendBounded<T>(base: readonly T[], added: readonly T[], bound: number): readonly T[] {
  return added.length === 0 ? base : [...base, ...added].slice(-bound);
}

function mergeActivity(
  base: readonly ActivityBucket[],
  added: ReadonlyMap<number, { events: number; tokens: number }>,
): readonly ActivityBucket[] {
  if (added.size === 0) return base;
  const merged = new Map(base.map((bucket) => [bucket.second, bucket]));
  for (const [second, { events, tokens }] of added) {
    const old = merged.get(second);
    merged.set(second, {
      second,
      events: events + (old?.events ?? 0),
      tokens: tokens + (old?.tokens ?? 0),
    });
  }
  return [...merged.values()].sort((a, b) => a.second - b.second).slice(-MAX_ACTIVITY_SECONDS);
}
