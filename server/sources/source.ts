import type { EventDraft } from '#organism/event.ts';

/**
 * The port every upstream's adapter implements: it speaks one wire and yields canonical drafts.
 * It never touches the store; what it delivers is durable when `deliver` resolves.
 */
export interface Source {
  readonly name: string;
  readonly kind: string;
  /** Dials and keeps dialling; resolves once it has begun, not once it is connected. */
  start(): Promise<void>;
  /** Idempotent; resolves when its sockets and timers are gone and what it read is delivered. */
  stop(): Promise<void>;
  /** Sends one command, once. Never retries: an outcome it cannot know is `unknown`. */
  control(command: ControlCommand): Promise<ControlOutcome>;
  /** Reads an agent's schema through from the upstream; null when it offers none. */
  readSchema?(agent: string): Promise<AgentSchema | null>;
  describe(): SourceDescription;
}

export interface AgentSchema {
  readonly schema: string;
  readonly contentType: string;
}

export interface SourceDescription {
  readonly name: string;
  readonly kind: string;
  /** Without credentials. */
  readonly url: string;
  readonly organismId: string;
  /** What the upstream can be asked, as far as it is known now; absent: nothing. */
  readonly commands?: readonly ControlCommand['kind'][] | undefined;
}

/** What a source hands over after one read of its upstream. */
export interface Delivery {
  readonly drafts: readonly EventDraft[];
  /** Inputs that could not be turned into drafts. They count as received and rejected. */
  readonly rejects?: readonly UnreadableInput[] | undefined;
  /** Where to go on after a restart; saved in the transaction that stores the drafts. */
  readonly cursors?: Readonly<Record<string, string>> | undefined;
}

export interface UnreadableInput {
  readonly reason: 'invalid-json' | 'too-large' | 'too-deep' | 'invalid-event';
  readonly detail: string;
  readonly sample: string;
}

export interface DeliveryOutcome {
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** What the runtime gives a source. */
export interface SourceDeps {
  /** Validates, redacts, prices, journals and publishes; resolves after the commit. Await it: that is the back-pressure. */
  readonly deliver: (
    delivery: Delivery,
    /** Another organism than the source's own: one source may bring several. */
    organismId?: string,
  ) => Promise<DeliveryOutcome>;
  readonly getCursor: (name: string) => Promise<string | null>;
  /** Whether anyone watches now: polls slow down when nobody does. */
  readonly isWatched: () => boolean;
  readonly log: SourceLog;
  /** Epoch milliseconds, for what is written down. A person or NTP may set it at any moment. */
  readonly now: () => number;
  /** Milliseconds on a clock nobody sets, for what lasts: waits, intervals, uptimes. */
  readonly elapsed: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  /** Runs something later, without keeping the process alive for it. */
  readonly schedule: Schedule;
}

/** Runs `run` once after the delay; what it returns calls that off. */
export type Schedule = (delayMs: number, run: () => void) => () => void;

export interface SourceLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export type ControlCommand =
  | {
      readonly kind: 'inject';
      readonly to: string;
      readonly payload: Record<string, unknown>;
      readonly threadId: string | null;
    }
  | { readonly kind: 'kill'; readonly threadId: string }
  | { readonly kind: 'pause' | 'resume'; readonly agent: string }
  | { readonly kind: 'reload' | 'stop' }
  | RunCommand;

/** Commands of upstreams that work in runs. */
export type RunCommand =
  | { readonly kind: 'start-run'; readonly body: Record<string, unknown> }
  /** The same in one of OpenAI's forms; its stream is followed like a run's. */
  | {
      readonly kind: 'ask';
      readonly form: 'chat' | 'responses';
      readonly body: Record<string, unknown>;
    }
  | { readonly kind: 'watch-run'; readonly runId: string; readonly sessionId: string | null }
  | { readonly kind: 'stop-run'; readonly runId: string }
  | {
      readonly kind: 'answer-approval' | 'steer-run';
      readonly runId: string;
      readonly body: Record<string, unknown>;
    };

export interface AnswerStream {
  readonly bytes: ReadableStream<Uint8Array>;
  readonly headers: Readonly<Record<string, string>>;
}

/** `answered` carries the upstream's own status and body, good or bad. */
export type ControlOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: unknown;
      /** Goes to whoever asked instead of the body, as it comes. */
      readonly stream?: AnswerStream | undefined;
    }
  | { readonly kind: 'not-sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };
