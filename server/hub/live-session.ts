import type { Store } from '#db/store.ts';
import { liveResumeSchema } from '#organism/live/protocol.ts';
import type { LiveFrame, LiveResume } from '#organism/live/protocol.ts';

import type { Channel, ResetReason } from './channel.ts';
import type { Limiter } from './limiter.ts';
import type { SocketPort } from './socket-port.ts';

/** Unsent bytes a reader may have before it is left behind; a snapshot just sent comes on top. */
const SLOW_BYTES = 1 << 20;
/** Beats a reader may take to drain before its socket is ended: 30 s at one beat per 2 s. */
const MAX_SLOW_BEATS = 15;
/** Beats until the first resume command: 10 s. */
const MAX_WAITING_BEATS = 5;
/** A longer absence is told by a snapshot: it is smaller and sooner there. */
const MAX_REPLAY_EVENTS = 20_000;
const MAX_REPLAY_BYTES = 8 << 20;
const REPLAY_PAGE = 1000;

type State =
  | { readonly kind: 'awaiting-resume'; beats: number }
  /** Reading what was missed from the store. */
  | { readonly kind: 'replaying'; readonly channel: Channel }
  | { readonly kind: 'live'; readonly channel: Channel }
  /** Left behind until its socket has drained; then it starts over from a snapshot. */
  | { readonly kind: 'slow'; readonly channel: Channel; beats: number }
  | { readonly kind: 'closed' };

export interface LiveSessionDeps {
  readonly socket: SocketPort;
  /** The channel of an organism, or null when there is none of that name. */
  readonly channelOf: (organismId: string | null | undefined) => Channel | null;
  readonly readEvents: Store['readEvents'];
  readonly epoch: string;
  readonly replays: Limiter;
  readonly onSlow: () => void;
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
  /** What the last snapshot added to the unsent bytes, until it has left. */
  let allowanceBytes = 0;
  const subscriber = { onBatches };

  function enter(next: State): void {
    if (state.kind === 'live') state.channel.live.delete(subscriber);
    state = next;
    if (state.kind === 'live') state.channel.live.add(subscriber);
  }

  function onBatches(frames: readonly Buffer[]): void {
    if (state.kind !== 'live') return;
    const unsent = socket.unsentBytes();
    if (unsent < SLOW_BYTES) allowanceBytes = 0;
    if (unsent > SLOW_BYTES + allowanceBytes) {
      deps.onSlow();
      enter({ kind: 'slow', channel: state.channel, beats: 0 });
      return;
    }
    socket.sendAll(frames);
  }

  function reset(channel: Channel, reason: ResetReason): void {
    channel.flush();
    const frame = channel.reset(reason);
    allowanceBytes = frame.length;
    socket.sendAll([frame]);
    enter({ kind: 'live', channel });
  }

  function sendError(code: Extract<LiveFrame, { kind: 'error' }>['code'], detail: string): void {
    socket.sendAll([Buffer.from(JSON.stringify({ kind: 'error', code, detail }))]);
  }

  function resume(command: LiveResume): void {
    const channel = deps.channelOf(command.organism);
    if (channel === null) {
      const name = command.organism ?? '';
      sendError('unknown-organism', name === '' ? 'There is no organism yet' : `Unknown: ${name}`);
      return;
    }
    channel.flush();
    const { since } = command;
    if (since === null || since === undefined) return reset(channel, 'first');
    // A position beyond ours belongs to another history, whatever the epoch says.
    if (command.epoch !== epoch || since > channel.position) return reset(channel, 'epoch');
    join(channel, since);
  }

  /** Goes live when memory has all that was missed, else asks the store. */
  function join(channel: Channel, since: number): void {
    const missed = since === channel.position ? [channel.heartbeat()] : channel.batchesAfter(since);
    if (missed === null) {
      const replaying: State = { kind: 'replaying', channel };
      enter(replaying);
      void deps.replays
        .run(() => replay(replaying, since))
        .catch((error: unknown) => {
          deps.onReplayFailed(error);
          if (state === replaying) reset(channel, 'too-old');
        });
      return;
    }
    socket.sendAll(missed);
    enter({ kind: 'live', channel });
  }

  async function replay(own: State & { kind: 'replaying' }, since: number): Promise<void> {
    const { channel } = own;
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
      const usable = page.filter((event) => event.seq <= target);
      const isAll = usable.length < REPLAY_PAGE;
      const to = isAll ? target : (usable.at(-1)?.seq ?? target);
      const frames = channel.batchOf(position, to, usable);
      events += usable.length;
      bytes += frames.reduce((sum, frame) => sum + frame.length, 0);
      if (events > MAX_REPLAY_EVENTS || bytes > MAX_REPLAY_BYTES) return reset(channel, 'too-old');
      socket.sendAll(frames);
      position = to;
    }
    if (!isCurrent()) return;
    channel.flush();
    join(channel, position);
  }

  function onBeat(): void {
    switch (state.kind) {
      case 'awaiting-resume':
        state.beats += 1;
        if (state.beats > MAX_WAITING_BEATS) socket.close('noResume');
        return;
      case 'live':
        state.channel.flush();
        // A flush may have found this reader slow.
        if (state.kind === 'live') socket.sendAll([state.channel.heartbeat()]);
        return;
      case 'slow':
        state.beats += 1;
        if (socket.unsentBytes() === 0) reset(state.channel, 'slow');
        else if (state.beats > MAX_SLOW_BEATS) socket.terminate();
        return;
      case 'replaying':
      case 'closed':
    }
  }

  return {
    onText(text) {
      const command = liveResumeSchema.safeParse(parseJson(text));
      if (command.success) resume(command.data);
      else sendError('bad-command', 'Expected {"cmd":"resume","organism"?,"epoch"?,"since"?}');
    },
    onBeat,
    onClosed: () => enter({ kind: 'closed' }),
  };
}

/** Undefined for what is not JSON, which no command's schema accepts. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
