/** When events were published, on the clock of `steadyNow`. */
export interface Published {
  readonly firstSeq: number;
  /** One per position, in order. */
  readonly times: readonly number[];
}

/** What clients got since the last `forget`. */
export interface Delivery {
  readonly frames: number;
  /** Of the published ones, counted once for each client that got them. */
  readonly events: number;
  readonly bytes: number;
  /** Batches that did not begin where the last one ended. */
  readonly broken: number;
  readonly resets: number;
  /** From publication to receipt, over every event at every client. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Between two batches at one client, in the middle. */
  readonly tickMs: number;
  readonly open: number;
  /** How connections ended: by close code, `null` without one. */
  readonly closes: Readonly<Record<string, number>>;
}

export type SwarmCommand =
  | {
      readonly do: 'open';
      readonly url: string;
      readonly count: number;
      /** Resume commands, dealt out in turn. */
      readonly resumes: readonly object[];
    }
  | { readonly do: 'forget' | 'close' }
  | { readonly do: 'standing'; readonly only: readonly number[] | null }
  | { readonly do: 'pause' | 'resume'; readonly members: readonly number[] }
  | {
      readonly do: 'report';
      readonly published: Published;
      /** Of these clients; null is all. */
      readonly only: readonly number[] | null;
    };

export interface SwarmReply {
  readonly openMs?: number;
  readonly failed?: number;
  readonly lowest?: number;
  readonly delivery?: Delivery;
}
