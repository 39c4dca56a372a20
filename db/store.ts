import type {
  Amends,
  AppliedPrice,
  BillingKind,
  EventDraft,
  EventType,
  JournalEvent,
  UsageAmended,
} from '#organism/event.ts';
import type { OrganismSnapshot } from '#organism/snapshot.ts';
import type { TokenClasses } from '#organism/tokens.ts';
import type { UsageSum } from '#organism/usage-sum.ts';

/**
 * The store everything durable goes through. Every method is async, so that SQLite in a worker
 * thread and PostgreSQL over a socket look alike. All times are epoch milliseconds, all money is
 * integer nano-dollars, all ranges are half-open `[from, to)` unless a parameter says otherwise.
 */
export interface Store {
  /** Identity of this store's history: new when it is created, restored or replaced. */
  readonly epoch: string;
  /**
   * Appends in one durable transaction with others that wait (group commit, synchronous=FULL).
   * Resolves in the order of positions. The batch must not be changed afterwards.
   * @throws StoreError: this batch was not acknowledged and may be sent again; others are not affected
   */
  append(batch: AppendBatch): Promise<AppendResult>;
  /** Events after `since`, in order; of one organism, or of all. */
  readEvents(query: {
    organismId?: string | undefined;
    since: number;
    limit: number;
  }): Promise<JournalEvent[]>;
  lastSeq(): Promise<number>;

  saveSnapshot(snapshot: OrganismSnapshot): Promise<void>;
  /** Those this build can read, in the order asked for. */
  loadSnapshots(organismIds: readonly string[]): Promise<OrganismSnapshot[]>;

  listOrganisms(): Promise<StoredOrganism[]>;
  listThreads(query: ThreadQuery): Promise<PlacedPage<StoredThread>>;
  getThread(organismId: string, threadId: string): Promise<StoredThread | null>;
  /** In the order of the source's clock, not of arrival: a backfill brings old messages late. */
  listMessages(query: MessageQuery): Promise<Page<JournalEventOf<'message'>>>;
  listErrors(query: ErrorQuery): Promise<PlacedPage<JournalEventOf<'error'>>>;
  /** Newest first by the source's clock. */
  listUsage(
    query: UsageQuery & { limit: number; offset: number; after?: Place | undefined },
  ): Promise<PlacedPage<JournalEventOf<'usage'>>>;
  /** One row per group, largest cost first; `groupBy: []` gives one total row. */
  sumUsage(query: UsageQuery & { groupBy: readonly UsageDimension[] }): Promise<UsageGroup[]>;
  /** `sumUsage` by each of these, all of the same commit: a table by two dimensions has far more rows. */
  sumUsageEach(
    query: UsageQuery & { groupings: readonly (readonly UsageDimension[])[] },
  ): Promise<UsageGroup[][]>;
  /** Days with usage, cut in an IANA zone, oldest first; one row per day and group. */
  dailyUsage(
    query: UsageQuery & { timezone: string; groupBy?: UsageDimension | undefined },
  ): Promise<UsageDay[]>;
  /** `sumUsage` with its total, and `dailyUsage` as points of the contract: they may be megabytes. */
  sumUsageJson(
    query: UsageQuery & { groupBy: readonly UsageDimension[] },
  ): Promise<JsonRows & { readonly total: UsageSum }>;
  dailyUsageJson(
    query: UsageQuery & { timezone: string; groupBy?: UsageDimension | undefined },
  ): Promise<JsonRows>;
  /** Names that occur in the ledger, for filters. */
  listUsageNames(organismId: string | undefined, dimension: UsageDimension): Promise<string[]>;
  /**
   * What a bill is made of, in no order: sums by organisation, agent, model, provider, who pays, and the
   * price that was applied. They add up to `sumUsage` of the range, which also knows calls that are
   * no longer kept one by one. It reads every call of the range.
   */
  listCharges(query: UsageQuery): Promise<UsageCharge[]>;
  /** The price tables behind our costs, as `source@version`; it reads every call of the range. */
  listPriceVersions(query: UsageQuery): Promise<string[]>;
  search(query: {
    organismId?: string | undefined;
    text: string;
    limit: number;
  }): Promise<SearchHit[]>;

  getCursor(source: string, name: string): Promise<string | null>;
  sourceCounts(): Promise<SourceCounts[]>;
  listRejects(query: {
    source?: string | undefined;
    limit: number;
    offset: number;
  }): Promise<Page<StoredReject>>;

  /** Written and durable before the command leaves for the upstream. */
  beginCommand(command: CommandRecord): Promise<number>;
  finishCommand(id: number, outcome: CommandOutcome): Promise<void>;
  listCommands(query: {
    limit: number;
    offset: number;
  }): Promise<Page<CommandRecord & { id: number } & CommandOutcome>>;

  /**
   * Lets go of a kind's oldest events, a slice at a time. Keys stay, so that what comes again is
   * still known; sums of usage stay; positions a start would replay stay.
   */
  prune(request: PruneRequest): Promise<PruneResult>;
  /** How far each kind has been pruned. */
  listPruned(): Promise<PrunedMark[]>;
  /** Positions up to here may be without their content: a replay from before it would have holes. */
  prunedThrough(): number;

  /** Bytes on disk, rows by table: what an operator asks first. */
  describe(): Promise<StoreDescription>;
  close(): Promise<void>;
}

export type JournalEventOf<T extends EventType> = Extract<JournalEvent, { type: T }>;

/** A draft that passed validation, limits, redaction and pricing. */
export type PreparedEvent =
  | (EventDraft & {
      costNanos?: number | null | undefined;
      price?: AppliedPrice | null | undefined;
      listCostNanos?: number | null | undefined;
      /** Set by the store alone. */
      amends?: Amends | undefined;
      receivedAt: number;
    })
  /** Made by the store alone. */
  | (UsageAmended & { receivedAt: number });

export interface AppendBatch {
  readonly source: string;
  readonly organismId: string;
  readonly events: readonly PreparedEvent[];
  readonly rejects: readonly Reject[];
  /** Saved in the same transaction as the events. */
  readonly cursors?: Readonly<Record<string, string>> | undefined;
  /** Redactions by label in these events. */
  readonly redactions?: Readonly<Record<string, number>> | undefined;
  /** Version of the redaction catalogue the events went through. */
  readonly catalogueVersion: string;
}

/** Why one input was refused; kept in quarantine with a bounded, redacted sample. */
export interface Reject {
  readonly reason: RejectReason;
  /** Names the field, the source and what was expected. */
  readonly detail: string;
  readonly sample: string;
  readonly receivedAt: number;
}
export type RejectReason = 'invalid-json' | 'too-large' | 'too-deep' | 'invalid-event' | 'conflict';

export interface AppendResult {
  /** The stored events in order, with their positions; duplicates are not among them. */
  readonly stored: readonly JournalEvent[];
  /** What became of each event of the batch, in their order. */
  readonly outcomes: readonly EventOutcome[];
  readonly accepted: number;
  readonly duplicate: number;
  /** Refused by the caller plus conflicts (same key, other body) found here. */
  readonly rejected: number;
}

/** A position, or why there is none; a conflict is the same key with another body. */
export type EventOutcome = number | 'duplicate' | 'conflict';

export interface Page<T> {
  readonly rows: readonly T[];
  readonly total: number;
  /** There may be more than `total`: counting them would take too long. */
  readonly isTotalAtLeast?: boolean | undefined;
}

/**
 * Where a row stands in the order of a list: what it is ordered by, and what settles ties. The rows
 * behind it are found at the same price at any depth, and stay the same while others are stored.
 */
export interface Place {
  readonly value: number | null;
  readonly id: number;
}

export interface PlacedPage<T> extends Page<T> {
  /** Of the last row: the next page is the one after it. Null behind the last page. */
  readonly next: Place | null;
}

export interface StoredOrganism {
  readonly organismId: string;
  readonly source: string;
  readonly name: string;
  readonly lastSeq: number;
  readonly lastReceivedAt: number;
}

export interface StoredThread {
  readonly organismId: string;
  readonly id: string;
  readonly status: string;
  readonly participants: readonly string[];
  readonly messageCount: number;
  readonly createdAt: number | null;
  readonly lastActivity: number | null;
  readonly error: string | null;
  readonly parentThread: string | null;
  readonly conversation: string | null;
  readonly budget: StoredBudget | null;
  readonly totalTokens: number;
  readonly costNanos: number;
  readonly unpricedRequests: number;
}

export interface StoredBudget {
  readonly maxTokens: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly readAt: number;
}

export interface ThreadQuery {
  readonly organismId: string;
  readonly status?: string | undefined;
  /** Participant. */
  readonly agent?: string | undefined;
  /** Part of the id, a participant or the error; or words of a message. */
  readonly text?: string | undefined;
  /** Last activity at or after. */
  readonly activeSince?: number | undefined;
  readonly sort?: 'activity' | 'created' | 'messages' | 'tokens' | 'cost' | 'budget' | undefined;
  readonly direction?: 'asc' | 'desc' | undefined;
  readonly limit: number;
  readonly offset: number;
  /** Only rows behind this place, counted from there. */
  readonly after?: Place | undefined;
}

export interface MessageQuery {
  readonly organismId: string;
  readonly threadIds?: readonly string[] | undefined;
  /** Sender or receiver. */
  readonly agent?: string | undefined;
  readonly payloadType?: string | undefined;
  /** Only the one at this journal position, whatever else is asked. */
  readonly seq?: number | undefined;
  /** Words of the payload; see organism/search-words.ts. */
  readonly text?: string | undefined;
  /** Keyset paging: only messages before or after this journal position. */
  readonly beforeSeq?: number | undefined;
  readonly afterSeq?: number | undefined;
  readonly direction?: 'newest-first' | 'oldest-first' | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface ErrorQuery {
  readonly organismId: string;
  readonly severity?: string | undefined;
  /** Words of the text; see organism/search-words.ts. */
  readonly text?: string | undefined;
  readonly agent?: string | undefined;
  readonly threadId?: string | undefined;
  readonly limit: number;
  readonly offset: number;
  /** Only rows behind this place, counted from there. */
  readonly after?: Place | undefined;
}

export type UsageDimension = 'model' | 'agent' | 'org' | 'provider' | 'thread' | 'billing';

export interface UsageQuery {
  /** Absent: every organism. */
  readonly organismId?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly org?: string | undefined;
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly threadId?: string | undefined;
  readonly billing?: BillingKind | undefined;
}

export interface UsageGroup {
  /** The values of the asked dimensions, in their order; null where the usage named none. */
  readonly keys: readonly (string | null)[];
  readonly sum: UsageSum;
}

export interface UsageCharge {
  /** Null where the usage named none. */
  readonly org: string | null;
  readonly agent: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly billing: BillingKind;
  /** By our price, by the source's word, without any; or of calls whose prices are no longer kept. */
  readonly basis: 'priced' | 'reported' | 'unpriced' | 'summed';
  readonly price: AppliedPrice | null;
  readonly requests: number;
  /** Null where only their sum is known. */
  readonly tokens: TokenClasses | null;
  readonly totalTokens: number;
  /** What is charged: 0 of covered calls, and of those without a price. */
  readonly costNanos: number;
  /** Of covered calls: what they would have cost. */
  readonly listCostNanos: number;
}

/** Rows as the JSON of an array, written by the thread that read them: serving them is passing them on. */
export interface JsonRows {
  readonly count: number;
  readonly json: Uint8Array;
}

export interface UsageDay {
  /** YYYY-MM-DD in the asked zone. */
  readonly date: string;
  readonly group: string | null;
  readonly sum: UsageSum;
}

export interface SearchHit {
  readonly organismId: string;
  readonly kind: 'agent' | 'thread' | 'message';
  /** A name or thread id; of a message its journal position. */
  readonly id: string;
  readonly title: string;
  readonly detail: string;
}

/** accepted + duplicate + rejected = received, always. */
export interface SourceCounts {
  readonly source: string;
  readonly received: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly lastReject: StoredReject | null;
  readonly redactions: Readonly<Record<string, number>>;
  readonly lastReceivedAt: number | null;
}

export interface StoredReject extends Reject {
  readonly id: number;
  readonly source: string;
}

export interface CommandRecord {
  readonly organismId: string;
  readonly source: string;
  readonly command: string;
  readonly target: string;
  /** Redacted body. */
  readonly body: string;
  /** How the caller proved itself: `key` or `session`. */
  readonly actor: string;
  readonly requestedAt: number;
}

export interface CommandOutcome {
  /** `unknown`: it may or may not have reached the upstream; it is never sent again. */
  readonly outcome: 'requested' | 'answered' | 'refused' | 'unknown';
  readonly status: number | null;
  readonly answer: string;
  readonly finishedAt: number | null;
}

/** Payloads are emptied, the others removed; a raw event goes with the payloads. */
export type PrunedKind = 'payloads' | 'messages' | 'errors' | 'usage';

export interface PruneRequest {
  readonly kind: PrunedKind;
  /** By our clock: what was received before goes. */
  readonly receivedBefore: number;
  /** Journal rows looked at in this slice. */
  readonly limit: number;
}

export interface PrunedMark {
  readonly kind: PrunedKind;
  /** Everything of the kind at or before this position is gone. */
  readonly position: number;
  /** Events, for ever. */
  readonly pruned: number;
  /** When the event at that position was received; null when nothing was pruned yet. */
  readonly receivedBefore: number | null;
}

export interface PruneResult extends PrunedMark {
  /** Whether there is nothing more to do for this request now. */
  readonly isDone: boolean;
}

export interface StoreDescription {
  readonly path: string;
  readonly bytes: number;
  readonly schemaVersion: number;
  readonly rows: Readonly<Record<string, number>>;
}

/** The store refused or failed; `code` says what a caller can do about it. */
export class StoreError extends Error {
  readonly code:
    | 'newer-schema'
    | 'locked'
    | 'not-writable'
    | 'corrupt'
    | 'disk-full'
    /** Too much is waiting, or another process holds the database: try again. */
    | 'busy'
    | 'io'
    | 'closed';
  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
