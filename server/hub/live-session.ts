import { liveResumeSchema } from '#organism/live/protocol.ts';
import type { LiveFrame, LiveResume } from '#organism/live/protocol.ts';

import type { ResetReason } from './catch-up.ts';
import type { Channel, Membership } from './channel.ts';
import { issuesOf, parseJson } from './command-text.ts';
import type { Limiter } from './limiter.ts';
import type { LiveSelection } from './live-selection.ts';
import { toSelection, unknownTypeIn } from './live-selection.ts';
import type { ReplayStore } from './replay.ts';
import { replayMissed } from './replay.ts';
import type { SocketPort } from './socket-port.ts';
import { textFrame } from './text-frame.ts';

/** Unsent bytes a reader may have before it is left behind; what it asked for comes on top. */
const SLOW_BYTES = 1 << 20;
/** Beats a reader may take to drain before its socket is ended: 30 s at one beat per 2.5 s. */
const MAX_SLOW_BEATS = 12;
/** Beats until the first resume command: 10 s. */
const MAX_WAITING_BEATS = 4;
/** Commands in a row of one who is behind in reading: a page that switches organisms sends two or three. */
const MAX_UNREAD_ANSWERS = 16;
const EXPECTED = 'Expected {"cmd":"resume","organism"?,"epoch"?,"since"?,"filter"?}';

type State =
  | { readonly kind: 'awaiting-resume'; beats: number }
  /** Reading what was missed from the store. */
  | ({ readonly kind: 'replaying'; readonly since: number } & Stream)
  | ({ readonly kind: 'live'; readonly membership: Membership } & Stream)
  /** Left behind until its socket has drained; then it starts over from a snapshot. */
  | ({ readonly kind: 'slow'; beats: number } & Stream)
  | { readonly kind: 'closed' };

interface Stream {
  readonly channel: Channel;
  readonly selection: LiveSelection;
}

export interface LiveSessionDeps extends ReplayStore {
  readonly socket: SocketPort;
  /**
   * The channel of an organism, and no longer the one before it. Null when there is none of that name,
   * undefined when the reader has gone or asked for something else meanwhile.
   */
  readonly follow: (organismId: string | null | undefined) => Promise<Channel | null | undefined>;
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
  /** Commands since most of what was sent had left. */
  let unreadAnswers = 0;
  let isReplayUnderWay = false;
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

  async function resume(command: LiveResume): Promise<void> {
    const channel = await deps.follow(command.organism);
    if (channel === undefined || state.kind === 'closed') return;
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
      enter({ kind: 'replaying', since, ...stream });
      queueReplay();
      return;
    }
    answer(missed.length === 0 ? [channel.heartbeat()] : missed);
    goLive(stream);
  }

  /** One at a time, however often a reader resumes: the next is for what it asked for last. */
  function queueReplay(): void {
    if (isReplayUnderWay) return;
    isReplayUnderWay = true;
    void replayInTurn();
  }

  async function replayInTurn(): Promise<void> {
    await deps.replays.run(replayNewest);
    isReplayUnderWay = false;
    if (state.kind === 'replaying') queueReplay();
  }

  async function replayNewest(): Promise<void> {
    if (state.kind !== 'replaying') return;
    const own = state;
    const isCurrent = (): boolean => state === own;
    const reached = await replayMissed(deps, { ...own, isCurrent, send: answer }).catch(
      (error: unknown) => {
        deps.onReplayFailed(error);
        return 'too-old' as const;
      },
    );
    if (!isCurrent()) return;
    if (reached === 'too-old') return reset(own, reached);
    own.channel.flush();
    join(own, reached);
  }

  /** Answers of one who only asks would pile up without end. */
  function endIfUnread(): void {
    if (socket.unsentBytes() < SLOW_BYTES) unreadAnswers = 0;
    unreadAnswers += 1;
    if (unreadAnswers <= MAX_UNREAD_ANSWERS) return;
    deps.onSlow();
    enter({ kind: 'closed' });
    socket.close('tooSlow');
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
      endIfUnread();
      if (state.kind === 'closed') return;
      const command = liveResumeSchema.safeParse(parseJson(text));
      if (!command.success) {
        sendError('bad-command', `${EXPECTED}: ${issuesOf(command.error)}`);
        return;
      }
      const unknown = unknownTypeIn(command.data.filter);
      if (unknown === undefined) {
        resume(command.data).catch((error: unknown) => {
          deps.onReplayFailed(error);
          socket.close('unreadable');
        });
        return;
      }
      sendError('bad-command', `${EXPECTED}: filter.types: no event has the type "${unknown}"`);
    },
    onBeat,
    onClosed: () => enter({ kind: 'closed' }),
  };
}
