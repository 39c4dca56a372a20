import type { Delivery } from '#server/sources/source.ts';

/** What one kind of source reads: the bytes as they come, and how they are taken. */
export interface DecodeCase {
  readonly name: string;
  /** Of what is counted: spans, records, events, … */
  readonly unit: string;
  readonly count: number;
  readonly bodies: readonly Buffer[];
  /** The same in JSON, where the bodies are not, for the control. */
  readonly json?: readonly Buffer[] | undefined;
  readonly barPerSecond?: number | undefined;
  /** A reader that has seen nothing yet. */
  open(deliver: Deliver): (body: Buffer) => Promise<unknown>;
}

export type Deliver = (organismId: string, delivery: Delivery) => Promise<unknown>;
