import type { Store } from '#db/store.ts';
import { liveResumeSchema } from '#organism/live/protocol.ts';
import type { LiveFrame, LiveResume } from '#organism/live/protocol.ts';

import type { ResetReason } from './catch-up.ts';
import type { Channel, Membership } from './channel.ts';
import { issuesOf, parseJson } from './command-text.ts';
import type { Limiter } from './limiter.ts';
import type { LiveSelection } from './live-selection.ts';
import { toSelection, unknownTypeIn } from './live-selection.ts';
import { subjectOf } from './socket-filters.ts';
import type { SocketPort } from './socket-port.ts';
import { textFrame } from './text-frame.ts';

/** Unsent bytes a reader may have before it is left behind; what it asked for comes on top. */
const SLOW_BYTES = 1 << 20;
/** Beats a reader may take to drain before its socket is ended: 30 s at one beat per 2.5 s. */
const MAX_SLOW_BEATS = 12;
/** Beats until the first resume command: 10 s. */
const MAX_WAITING_BEATS = 4;
/** A longer absence is told by a snapshot: it is smaller and sooner there. */
const MAX_REPLAY_EVENTS = 20_000;
const MAX_REPLAY_BYTES = 8 << 20;
const REPLAY_PAGE = 1000;
const EXPECTED = 'Expected {"cmd":"resume","organism"?,"epoch"?,"since"?,"filter"?}';

type State =
  | { readonly kind: 'awaiting-resume'; beats: number }
  /** Reading what was missed from the store. */
  | ({ readonly kind: 'replaying' } & Stream)
  | ({ readonly kind: 'live'; readonly membership: Membership } & Stream)
  /** Left behind until its socket has drained; then it starts over from a snapshot. */
  | ({ readonly kind: 'slow'; beats: number } & Stream)
  | { readonly kind: 'closed' };

interface Stream {
  readonly channel: Channel;
  readonly selection: LiveSelection;
}

export interface LiveSessionDeps {
  readonly socket: SocketPort;
  /** The channel of an organism, or null when there is none of that name. */
  readonly channelOf: (organismId: string | null | undefined) => Channel | null;
  readonly readEvents: Store['readEvents'];
  readonly prunedThrough: Store['prunedThrough'];
  readonly epoch: string;
  readonly replays: Limiter;
  readonly onSlow: () => void;
  readonly onReset: () => void;
  readonly onReplayFailed: (error: unknown) => void;
}

export interface SocketSession {
  onText(text: string): void;
  /** Every LIVE_HEARTBEAT_MS. */
  onBeat(): void;
  onClosed(): void;
}

/** One `organoscope.v1` client: resumes or resets, then hears batches. */
export function createLiveSession(deps: LiveSessionDeps): SocketSession {
  const { socket, epoch } = deps;
  let state: State = { kind: 'awaiting-resume', beats: 0 };
  /** Unsent bytes of what the reader asked for, until they have left. */
  let allowanceBytes = 0;
  /** Whether nothing was sent since the last beat. */
  let isQuiet = true;
  const subscriber = { onBatch };

  function enter(next: State): void {
    if (state.kind === 'live') state.membership.leave();
    state = next;
  }

  function goLive({ channel, selection }: Stream): void {
    enter({ kind: 'closed' });
    const membership = channel.join(subscriber, selection);
    state = { kind: 'live', channel, selection, membership };
  }

  function onBatch(wire: Buffer): boolean {
    if (state.kind !== 'live') return true;
    const unsent = socket.unsentBytes();
    if (unsent < SLOW_BYTES) allowanceBytes = 0;
    if (unsent > SLOW_BYTES + allowanceBytes) {
      deps.onSlow();
      const { channel, selection } = state;
      enter({ kind: 'slow', channel, selection, beats: 0 });
      return true;
    }
    isQuiet = false;
    socket.write([wire]);
    return socket.unsentBytes() === 0;
  }

  /** Sends what the reader asked for: however much it is, it does not make the reader slow. */
  function answer(pieces: readonly Buffer[]): void {
    socket.write(pieces);
    allowanceBytes = socket.unsentBytes();
  }

  function reset(stream: Stream, reason: ResetReason): void {
    deps.onReset();
    stream.channel.flush();
    answer(stream.channel.reset(reason, stream.selection));
    goLive(stream);
  }

  function sendError(code: Extract<LiveFrame, { kind: 'error' }>['code'], detail: string): void {
    socket.write([textFrame(JSON.stringify({ kind: 'error', code, detail }))]);
  }

  function resume(command: LiveResume): void {
    const channel = deps.channelOf(command.organism);
    if (channel === null) {
      const name = command.organism ?? '';
      sendError('unknown-organism', name === '' ? 'There is no organism yet' : `Unknown: ${name}`);
      return;
    }
    const stream = { channel, selection: toSelection(command.filter) };
    channel.flush();
    const { since } = command;
    if (since === null || since === undefined) return reset(stream, 'first');
    // A position beyond ours belongs to another history, whatever the epoch says.
    if (command.epoch !== epoch || since > channel.position) return reset(stream, 'epoch');
    join(stream, since);
  }

  /** Goes live when memory has all that was missed, else asks the store. */
  function join(stream: Stream, since: number): void {
    const { channel, selection } = stream;
    const missed = channel.batchesAfter(since, selection);
    if (missed === null) {
      const replaying: State = { kind: 'replaying', ...stream };
      enter(replaying);
      void deps.replays
        .run(() => replay(replaying, since))
        .catch((error: unknown) => {
          deps.onReplayFailed(error);
          if (state === replaying) reset(stream, 'too-old');
        });
      return;
    }
    answer(missed.length === 0 ? [channel.heartbeat()] : missed);
    goLive(stream);
  }

  async function replay(own: State & { kind: 'replaying' }, since: number): Promise<void> {
    const { channel, selection } = own;
    let position = since;
    let events = 0;
    let bytes = 0;
    // Up to a batch boundary that exists before the read, where memory takes over again.
    const target = channel.position;
    const isCurrent = (): boolean => state === own;
    while (position < target) {
      const page = await deps.readEvents({
        organismId: channel.organismId,
        since: position,
        limit: REPLAY_PAGE,
      });
      if (!isCurrent()) return;
      // What is no longer kept cannot be replayed: a snapshot has no holes.
      if (position < deps.prunedThrough()) return reset(own, 'too-old');
      const usable = page.filter((event) => event.seq <= target);
      const isAll = usable.length < REPLAY_PAGE;
      const to = isAll ? target : (usable.at(-1)?.seq ?? target);
      const { passes } = selection;
      const wanted = passes === null ? usable : usable.filter((event) => passes(subjectOf(event)));
      const frames = channel.batchOf(position, to, wanted);
      events += usable.length;
      bytes += frames.reduce((sum, frame) => sum + frame.length, 0);
      if (events > MAX_REPLAY_EVENTS || bytes > MAX_REPLAY_BYTES) return reset(own, 'too-old');
      answer(frames);
      position = to;
    }
    if (!isCurrent()) return;
    channel.flush();
    join(own, position);
  }

  /** A batch since the last beat said as much. */
  function beat({ channel, membership }: State & { kind: 'live' }): void {
    channel.flush();
    membership.align();
    // A flush may have found this reader slow.
    if (isQuiet && state.kind === 'live') socket.write([channel.heartbeat()]);
    isQuiet = true;
  }

  function onBeat(): void {
    switch (state.kind) {
      case 'awaiting-resume':
        state.beats += 1;
        if (state.beats > MAX_WAITING_BEATS) socket.close('noResume');
        return;
      case 'live':
        return beat(state);
      case 'slow':
        state.beats += 1;
        if (socket.unsentBytes() === 0) reset(state, 'slow');
        else if (state.beats > MAX_SLOW_BEATS) socket.terminate();
        return;
      case 'replaying':
      case 'closed':
    }
  }

  return {
    onText(text) {
      const command = liveResumeSchema.safeParse(parseJson(text));
      if (!command.success) {
        sendError('bad-command', `${EXPECTED}: ${issuesOf(command.error)}`);
        return;
      }
      const unknown = unknownTypeIn(command.data.filter);
      if (unknown === undefined) return resume(command.data);
      sendError('bad-command', `${EXPECTED}: filter.types: no event has the type "${unknown}"`);
    },
    onBeat,
    onClosed: () => enter({ kind: 'closed' }),
  };
}
