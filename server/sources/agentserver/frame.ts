import type {
  Read,
  WireAgent,
  WireAgentState,
  WireError,
  WireMessage,
  WireReload,
  WireThread,
  WireThreadUpdate,
} from './wire.ts';
import {
  asRecord,
  listOf,
  readAgent,
  readAgentState,
  readError,
  readMessage,
  readReload,
  readThread,
  readThreadUpdate,
} from './wire.ts';

/** One frame of `/ws`, read. */
export type Frame =
  | {
      readonly kind: 'connected';
      readonly agents: readonly Read<WireAgent>[];
      readonly threads: readonly Read<WireThread>[];
    }
  | { readonly kind: 'agent_state'; readonly change: WireAgentState }
  | { readonly kind: 'message'; readonly message: WireMessage }
  | { readonly kind: 'thread_created'; readonly thread: WireThread }
  | { readonly kind: 'thread_updated'; readonly change: WireThreadUpdate }
  | { readonly kind: 'error'; readonly error: WireError }
  | { readonly kind: 'reload'; readonly reload: WireReload }
  /** An answer to a command of ours, or what an Organoscope adds and REST tells too. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'unknown'; readonly name: string; readonly payload: unknown }
  | { readonly kind: 'unreadable'; readonly problem: string };

/** Reads a parsed frame; never throws, whatever the frame is. */
export function readFrame(input: unknown): Frame {
  const record = asRecord(input);
  const name = record?.['event'];
  if (record === null || typeof name !== 'string') {
    return { kind: 'unreadable', problem: 'frame: expected an object with an `event` name' };
  }
  switch (name) {
    case 'connected':
      return {
        kind: 'connected',
        agents: (listOf(record, 'agents') ?? []).map(readAgent),
        threads: (listOf(record, 'threads') ?? []).map(readThread),
      };
    case 'agent_state':
      return as(readAgentState(record), (change) => ({ kind: 'agent_state', change }));
    case 'message':
      return as(readMessage(record['message']), (message) => ({ kind: 'message', message }));
    case 'thread_created':
      return as(readThread(record['thread']), (thread) => ({ kind: 'thread_created', thread }));
    case 'thread_updated':
      return as(readThreadUpdate(record), (change) => ({ kind: 'thread_updated', change }));
    case 'error':
      return as(readError(record), (error) => ({ kind: 'error', error }));
    case 'reload':
      return as(readReload(record), (reload) => ({ kind: 'reload', reload }));
    case 'subscribed':
    case 'injected':
    case 'usage':
    case 'budget':
    case 'source_status':
      return { kind: 'ignored' };
    default:
      return { kind: 'unknown', name, payload: record };
  }
}

function as<T>(read: Read<T>, build: (value: T) => Frame): Frame {
  return 'value' in read ? build(read.value) : { kind: 'unreadable', problem: read.problem };
}
