import { connect } from 'node:net';

/** Told of each answer's body, which is read into again afterwards, and of the time it took. */
export type OnAnswer = (body: Buffer, ms: number) => void;

/** Answers are a few hundred bytes; whoever answers more at once is not our server. */
const ANSWER_BYTES = 1 << 16;
const HEAD_END = Buffer.from('\r\n\r\n');
const OK = Buffer.from('HTTP/1.1 200');
const LENGTH = Buffer.from('content-length: ');

/** The next request, and how long after the last one it is sent at the earliest, milliseconds. */
interface NextRequest {
  readonly request: Buffer;
  readonly afterMs: number;
}

/**
 * One connection: sends a request, waits for its whole answer, sends the next. Where the answer comes
 * after the next was due, its time counts from then: a slow server is not asked more gently.
 */
export function runConnection(
  url: URL,
  next: () => NextRequest | undefined,
  onAnswer: OnAnswer,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let dueAt = performance.now();
    let sentAt = 0;
    let answer: Buffer = NOTHING;
    const write = (request: Buffer, from: number): void => {
      sentAt = from;
      socket.write(request);
    };
    const send = (): void => {
      const following = next();
      if (following === undefined) {
        socket.end();
        return resolve();
      }
      const { request, afterMs } = following;
      const now = performance.now();
      dueAt += afterMs;
      if (afterMs === 0) write(request, now);
      else if (dueAt <= now) write(request, dueAt);
      // A timer that is late is the load's own fault.
      else setTimeout(() => write(request, performance.now()), dueAt - now);
    };
    const take = (chunk: Buffer): boolean => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
      const head = answer.indexOf(HEAD_END);
      if (head === -1) return true;
      const body = answer.subarray(head + HEAD_END.length);
      if (body.length < contentLength(answer)) return true;
      if (answer.compare(OK, 0, OK.length, 0, OK.length) !== 0) {
        reject(new Error(answer.toString()));
        return false;
      }
      onAnswer(body, performance.now() - sentAt);
      answer = NOTHING;
      send();
      return true;
    };
    // The buffer is read into again: what is not whole yet must be kept elsewhere.
    const buffer = Buffer.allocUnsafe(ANSWER_BYTES);
    const socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: {
        buffer,
        callback(bytes) {
          const isGoingOn = take(buffer.subarray(0, bytes));
          if (answer.length > 0) answer = Buffer.from(answer);
          return isGoingOn;
        },
      },
    });
    socket.once('error', reject);
    socket.once('connect', send);
  });
}
const NOTHING = Buffer.alloc(0);

/** What our server and its control write; they end their answers with the body. */
function contentLength(answer: Buffer): number {
  const at = answer.indexOf(LENGTH);
  return at === -1 ? 0 : numberAt(answer, at + LENGTH.length);
}

/** The digits from there on. */
export function numberAt(text: Buffer, from: number): number {
  let value = 0;
  for (let at = from; ; at += 1) {
    const digit = (text[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
  }
}
