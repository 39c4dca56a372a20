import type { IncomingHttpHeaders } from 'node:http';

import type { Delivery, DeliveryOutcome, Schedule, SourceLog, UnreadableInput } from './source.ts';

/**
 * An upstream that posts to us: the port of `Source` turned round. It speaks one wire, yields
 * canonical drafts and answers in the upstream's own words; it never touches the store.
 */
export interface Receiver {
  /** Also names its rows in the journal; keys are unique within it. */
  readonly kind: string;
  readonly endpoints: readonly Endpoint[];
  /** Takes up what an earlier life of the process left; before the first request. */
  start?(): Promise<void>;
  /** Idempotent. What is left to do is done by the next start. */
  stop?(): void;
}

export interface Endpoint {
  readonly method: 'GET' | 'POST';
  /** Exact; it has a line in the access table, and `isApiPath` knows it. */
  readonly path: string;
  /** Of the body, before and after unpacking. */
  readonly maxBytes: number;
  /** Answers once what it delivered is durable. What it throws is answered by `refuse`. */
  receive(request: ReceivedRequest): Promise<Reply>;
  /** Says a refusal as the upstream's own server would; without it, as ours: `{"detail": …}`. */
  refuse?(refusal: Refusal, headers: IncomingHttpHeaders): Reply;
}

export interface ReceivedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  /** Unpacked. */
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Why the request's body was refused whole; it is counted, and a sample of it kept. */
  readonly refused?: RefusedBody | undefined;
}

export type RefusedBody = Pick<UnreadableInput, 'reason' | 'detail'>;

/** Why a request was not taken: by the guard, for its size, or because the store cannot take it now. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly detail: string;
}

export interface ReceiverDeps {
  /**
   * Validates, redacts, prices, journals and publishes; resolves after the commit. One receiver may
   * feed many organisms. `source` says whose keys these are where several wires tell of the same
   * events; without it they are the receiver's own.
   */
  readonly deliver: (
    organismId: string,
    delivery: Delivery,
    source?: string,
  ) => Promise<DeliveryOutcome>;
  /** What was saved with an earlier delivery of the receiver itself; null when nothing was. */
  readonly getCursor: (name: string) => Promise<string | null>;
  /** What a delivery's drafts pass before they are stored, for whatever else is stored. */
  readonly redact: (value: unknown) => unknown;
  /** Tokens a thread has used so far, as the live picture has it; 0 where it is not known. */
  readonly threadTokens: (organismId: string, threadId: string) => Promise<number>;
  /** Where a runtime that asks is told to stop a thread; null: it is never told. */
  readonly stopAtTokens: number | null;
  readonly log: SourceLog;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Runs something later, without keeping the process alive for it. */
  readonly schedule: Schedule;
}

/** A reply in JSON, the shape nearly every upstream expects. */
export function jsonReply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** A body refused whole, said in the upstream's own words. */
export function refusal(status: number, body: unknown, refused: RefusedBody): Reply {
  return { ...jsonReply(status, body), refused };
}
