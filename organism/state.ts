import type {
  ALLOWANCE_HOLDERS,
  ALLOWANCE_UNITS,
  EventOf,
  SOCKET_MODES,
  SOURCE_STATES,
} from './event.ts';
import type { BudgetReading, BudgetThreshold } from './gas.ts';
import type { UsageSum } from './usage-sum.ts';
import { ZERO_USAGE } from './usage-sum.ts';

/** The live picture of one organism: what `apply` folds and every view reads. */

/** Bounds of the picture. The journal has everything; this has what is hot. */
export const MAX_HOT_THREADS = 2000;
export const MAX_RECENT_MESSAGES = 300;
export const MAX_RECENT_ERRORS = 100;
/** Text of those messages, and of those errors: large payloads crowd out older ones, not memory. */
export const MAX_RECENT_CHARS = 4 * 1024 * 1024;
export const MAX_GAPS = 50;
/** Distinct agents, models or sources in the picture; a hostile upstream could name millions. */
export const MAX_NAMES = 5000;
/** One-second buckets behind the live rates. */
export const MAX_ACTIVITY_SECONDS = 120;
/** Budget readings kept per thread for its burn rate. */
export const MAX_BUDGET_READINGS = 40;
/** Names kept per thread; a hostile upstream could put millions into one. */
export const MAX_PARTICIPANTS = 500;

export interface AgentView {
  readonly name: string;
  readonly description: string;
  readonly isAgent: boolean;
  readonly peers: readonly string[];
  readonly payloadClass: string;
  readonly rootTag: string | null;
  readonly parent: string | null;
  /** One of AGENT_STATES, a newer word, or `unknown` until the source said. */
  readonly state: string;
  readonly stateSince: number | null;
  readonly waitingReason: string | null;
  readonly currentThread: string | null;
  /** Null until it has moved from 0: one real server never counts it. */
  readonly queueDepth: number | null;
  /** What the source counts; `sent` and `received` are what we saw. */
  readonly messageCount: number;
  readonly sent: number;
  readonly received: number;
  readonly lastActivity: number | null;
  readonly isRemoved: boolean;
  /** Whether the runtime named it an agent or tool; false for a mere end of a message, such as `api`. */
  readonly isListed: boolean;
  readonly usage: UsageSum;
}

export interface BudgetView {
  readonly maxTokens: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly readAt: number;
  /** Oldest first, bounded by MAX_BUDGET_READINGS. */
  readonly readings: readonly BudgetReading[];
  /** When each threshold was first crossed in this run. */
  readonly crossedAt: Readonly<Partial<Record<BudgetThreshold, number>>>;
  /** The organism's run the readings are of. */
  readonly run: number;
}

/** How full a thread's context window is: no budget, for it empties again without being paid. */
export interface ContextView {
  readonly usedTokens: number;
  readonly windowTokens: number;
  readonly readAt: number;
}

export interface ThreadView {
  readonly id: string;
  /** One of THREAD_STATUSES, a newer word, or `unknown` where only usage or an error names it. */
  readonly status: string;
  readonly participants: readonly string[];
  /** The larger of what the source counts and what we saw. */
  readonly messageCount: number;
  readonly messagesSeen: number;
  readonly createdAt: number | null;
  readonly lastActivity: number | null;
  readonly error: string | null;
  readonly parentThread: string | null;
  readonly conversation: string | null;
  /** The organism's run it was last seen in: an active thread of an earlier run was cut off. */
  readonly run: number;
  readonly budget: BudgetView | null;
  /** Absent where the source does not say. */
  readonly context?: ContextView | undefined;
  readonly usage: UsageSum;
}

export interface SourceView {
  readonly name: string;
  readonly state: (typeof SOURCE_STATES)[number];
  readonly since: number;
  readonly socketMode: (typeof SOCKET_MODES)[number] | null;
  readonly reason: string | null;
  readonly nextTryAt: number | null;
  readonly attempt: number;
  readonly notices: readonly string[];
}

/** What a group, a person or the whole organism may spend. */
export interface AllowanceView {
  readonly id: string;
  readonly name: string;
  readonly holder: (typeof ALLOWANCE_HOLDERS)[number];
  /** Tokens, nano-dollars, or shares of a limit whose size nobody tells. */
  readonly unit: (typeof ALLOWANCE_UNITS)[number];
  /** Null: the source does not say. */
  readonly used: number | null;
  /** Null: there is none. */
  readonly limit: number | null;
  readonly periodStart: number | null;
  readonly periodEnd: number | null;
  readonly note: string | null;
  readonly readAt: number;
}

/** What arrived within one second of our clock. */
export interface ActivityBucket {
  /** Epoch seconds. */
  readonly second: number;
  readonly events: number;
  readonly tokens: number;
}

export interface OrganismState {
  readonly organismId: string;
  /** The last journal position folded in. */
  readonly seq: number;
  readonly name: string;
  readonly status: string;
  readonly startedAt: number | null;
  /** 1 for the first life we saw, one more after each restart of the upstream. */
  readonly run: number;
  readonly identityConfigured: boolean;
  readonly config: Readonly<Record<string, unknown>> | null;
  readonly agents: ReadonlyMap<string, AgentView>;
  readonly threads: ReadonlyMap<string, ThreadView>;
  readonly sources: ReadonlyMap<string, SourceView>;
  readonly allowances: ReadonlyMap<string, AllowanceView>;
  readonly usage: UsageSum;
  readonly usageByModel: ReadonlyMap<string, UsageSum>;
  /** Oldest first. */
  readonly recentMessages: readonly EventOf<'message'>[];
  readonly recentErrors: readonly EventOf<'error'>[];
  readonly gaps: readonly EventOf<'gap'>[];
  readonly activity: readonly ActivityBucket[];
  readonly counts: {
    readonly events: number;
    readonly messages: number;
    readonly errors: number;
    readonly raw: number;
    /** Threads and names dropped from the picture (never from the journal) to stay within its bounds. */
    readonly evictedThreads: number;
    readonly droppedNames: number;
  };
}

export function emptyOrganism(organismId: string): OrganismState {
  return {
    organismId,
    seq: 0,
    name: organismId,
    status: 'unknown',
    startedAt: null,
    run: 1,
    identityConfigured: false,
    config: null,
    agents: new Map(),
    threads: new Map(),
    sources: new Map(),
    allowances: new Map(),
    usage: ZERO_USAGE,
    usageByModel: new Map(),
    recentMessages: [],
    recentErrors: [],
    gaps: [],
    activity: [],
    counts: { events: 0, messages: 0, errors: 0, raw: 0, evictedThreads: 0, droppedNames: 0 },
  };
}

export function newAgentView(name: string): AgentView {
  return {
    name,
    description: '',
    isAgent: true,
    peers: [],
    payloadClass: '',
    rootTag: null,
    parent: null,
    state: 'unknown',
    stateSince: null,
    waitingReason: null,
    currentThread: null,
    queueDepth: null,
    messageCount: 0,
    sent: 0,
    received: 0,
    lastActivity: null,
    isRemoved: false,
    isListed: false,
    usage: ZERO_USAGE,
  };
}

export function newThreadView(id: string, run: number): ThreadView {
  return {
    id,
    status: 'unknown',
    participants: [],
    messageCount: 0,
    messagesSeen: 0,
    createdAt: null,
    lastActivity: null,
    error: null,
    parentThread: null,
    conversation: null,
    run,
    budget: null,
    usage: ZERO_USAGE,
  };
}
