import { inputsOf, tooMuchHeld } from '../api/events-problem.ts';
import type { Problem } from '../api/problem.ts';
import { problemAnswer } from '../api/problem.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { FrameBody } from './frame-body.ts';
import { readFrame } from './frame-body.ts';
import type { DeliveryOrigin } from './parts.ts';
import type { PushOutcome } from './push-tally.ts';
import type { Push, Pushed } from './push.ts';

/** What one sender may have unanswered; then its socket is not read until something is. */
const MAX_UNANSWERED_FRAMES = 64;
const MAX_UNANSWERED_BYTES = 16 << 20;

/** A socket that brings events: each text frame is answered by one, after the commit. */
export interface IngestSession {
  onText(text: string): void;
  /** Resolves when all that was read has been answered. */
  drain(): Promise<void>;
}

export interface IngestSessionDeps {
  readonly origin: DeliveryOrigin;
  readonly push: Pick<Push, 'push'>;
  readonly budget: ByteBudget;
  /** Why nothing is taken now; null when all is well. */
  readonly admit: () => Problem | null;
  readonly socket: {
    send(text: string): void;
    /** Stops and starts reading. */
    pause(): void;
    resume(): void;
  };
  readonly log: { error(fields: object, message: string): void };
}

export function createIngestSession(deps: IngestSessionDeps): IngestSession {
  const { origin, push, budget, admit, socket, log } = deps;
  const unanswered = new Set<Promise<void>>();
  let unansweredBytes = 0;
  let frames = 0;
  let turn: Promise<void> = Promise.resolve();

  const hasRoom = (): boolean =>
    unanswered.size < MAX_UNANSWERED_FRAMES && unansweredBytes < MAX_UNANSWERED_BYTES;

  /** Frames are taken in their order, however many turns one of them needs. */
  function inTurn(begin: () => Pushed): Promise<PushOutcome> {
    return new Promise((resolve, reject) => {
      turn = turn
        .then(() => {
          const { taken, outcome } = begin();
          outcome.then(resolve, reject);
          return taken;
        })
        .catch(reject);
    });
  }

  async function answer(text: string, frame: number): Promise<object> {
    let ref: FrameBody['ref'] = null;
    if (!budget.take(text.length)) return { frame, ref, ...describe(tooMuchHeld()) };
    try {
      const refusal = admit();
      if (refusal !== null) throw refusal;
      const outcome = await inTurn(() => {
        const read = readFrame(text);
        ref = read.ref;
        return push.push(origin, inputsOf(read.body));
      });
      return { frame, ref, ...outcome };
    } catch (error) {
      return { frame, ref, ...describe(error) };
    } finally {
      budget.give(text.length);
    }
  }

  function describe(error: unknown): { status: number; detail: unknown } {
    const known = problemAnswer(error);
    if (known !== null) return { status: known.status, detail: known.detail };
    log.error({ err: error }, 'events of a socket could not be taken');
    return { status: 500, detail: 'Internal Server Error' };
  }

  async function reply(text: string, frame: number): Promise<void> {
    const ack = await answer(text, frame);
    unansweredBytes -= text.length;
    socket.send(JSON.stringify(ack));
  }

  return {
    onText(text) {
      frames += 1;
      unansweredBytes += text.length;
      const replied = reply(text, frames).finally(() => {
        unanswered.delete(replied);
        if (hasRoom()) socket.resume();
      });
      unanswered.add(replied);
      if (!hasRoom()) socket.pause();
    },
    async drain() {
      await Promise.all(unanswered);
    },
  };
}
