import type { DraftOf } from '#organism/event.ts';

import type { ConnectionEvent, ConnectionState } from './connection.ts';
import { nextConnectionState } from './connection.ts';
import type { Stamper } from './stamper.ts';

/** What the source does now, told as an event whenever it changes. */
export interface StatusReporter {
  readonly state: ConnectionState;
  /** Moves the connection and says why, and when the next try is. */
  move(event: ConnectionEvent, why?: Why): void;
  setSocketMode(mode: DraftOf<'source_status'>['socketMode']): void;
  /** A standing condition in words; null ends it. */
  setNotice(name: string, text: string | null): void;
  /** Tells the present state again, for a picture that has forgotten it. */
  tell(): void;
}

interface Why {
  readonly reason: string;
  readonly nextTryInMs?: number | undefined;
  readonly attempt?: number | undefined;
  readonly socketMode?: DraftOf<'source_status'>['socketMode'] | undefined;
}

/** The event holds no more. */
const MAX_NOTICES = 20;

export function createStatusReporter(deps: {
  stamp: Stamper;
  now: () => number;
  emit: (draft: DraftOf<'source_status'>) => void;
}): StatusReporter {
  let state: ConnectionState = 'connecting';
  let since = deps.now();
  let socketMode: DraftOf<'source_status'>['socketMode'] = null;
  let why: Why | null = null;
  let nextTryAt: number | undefined;
  let told = '';
  const notices = new Map<string, string>();

  function tell(isForced: boolean): void {
    const facts = {
      state: state === 'reachable' ? ('connecting' as const) : state,
      socketMode,
      reason: why?.reason,
      nextTryAt,
      attempt: why?.attempt,
      notices: [...notices.values()].slice(0, MAX_NOTICES),
    };
    const text = JSON.stringify(facts);
    if (text === told && !isForced) return;
    told = text;
    const { tail, at } = deps.stamp();
    deps.emit({
      type: 'source_status',
      key: `source_status:${tail}`,
      occurredAt: at,
      since,
      ...facts,
    });
  }

  return {
    get state() {
      return state;
    },
    move(event, reason) {
      const next = nextConnectionState(state, event);
      const isSuccess = event === 'rest-answered' || event === 'socket-live';
      const isShownElsewise = shownState(next) !== shownState(state);
      if (isShownElsewise) since = deps.now();
      state = next;
      if (reason?.socketMode !== undefined) ({ socketMode } = reason);
      if (reason !== undefined) {
        why = reason;
        nextTryAt = reason.nextTryInMs === undefined ? undefined : deps.now() + reason.nextTryInMs;
      } else if (next === 'live' || next === 'stopped' || (isSuccess && isShownElsewise)) {
        why = null;
        nextTryAt = undefined;
      }
      tell(false);
    },
    setSocketMode(mode) {
      socketMode = mode;
      tell(false);
    },
    setNotice(name, text) {
      if ((notices.get(name) ?? null) === text) return;
      if (text === null) notices.delete(name);
      else notices.set(name, text);
      tell(false);
    },
    tell: () => tell(true),
  };
}

function shownState(state: ConnectionState): ConnectionState {
  return state === 'reachable' ? 'connecting' : state;
}
