import type { Published } from '../swarm/swarm-messages.ts';

/** Publishes for a while at a rate of events a second. */
export interface HubCommand {
  readonly rate: number;
  readonly seconds: number;
}

export interface HubReply {
  readonly url: string;
  readonly published: Published;
  /** Processor time of the whole process from the first to the last of them. */
  readonly cpuMs: number;
  readonly elapsedMs: number;
}
