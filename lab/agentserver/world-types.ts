import type { AgentState, ThreadStatus } from '#organism/agentserver/entities.ts';

import type { CastMember } from './cast.ts';
import type { PayloadText } from './payloads.ts';

/** The lab's own records. Times are epoch milliseconds; the wire's text forms come later. */

export interface LabAgent {
  member: CastMember;
  state: AgentState;
  currentThread: string | null;
  queueDepth: number;
  lastActivity: number | null;
  messageCount: number;
}

export interface LabThread {
  readonly id: string;
  status: ThreadStatus;
  readonly participants: Set<string>;
  messageCount: number;
  readonly createdAt: number;
  lastActivity: number;
  error: string | null;
}

export interface LabMessage {
  readonly id: string;
  readonly threadId: string;
  readonly from: string;
  readonly to: string;
  readonly payloadType: string;
  readonly payload: PayloadText;
  readonly at: number;
  readonly slotIndex: number;
}

/** What the world pushes. A model call is an event too, though no socket carries it. */
export type LabEvent =
  | { readonly event: 'agent_state'; readonly agent: LabAgent }
  | { readonly event: 'message'; readonly message: LabMessage }
  | { readonly event: 'thread_created'; readonly thread: LabThread }
  | { readonly event: 'thread_updated'; readonly thread: LabThread }
  | {
      readonly event: 'error';
      readonly threadId: string;
      readonly agent: string;
      readonly error: string;
      readonly at: number;
    }
  | {
      readonly event: 'reload';
      readonly added: readonly string[];
      readonly removed: readonly string[];
      readonly updated: readonly string[];
    };
