import { clip } from '../drafts.ts';
import type { Endpoint, ReceivedRequest, ReceiverDeps, Reply } from '../receiver.ts';
import { jsonReply, refusal } from '../receiver.ts';
import type { LineReading } from '../session-files/lines.ts';
import type { UnreadableInput } from '../source.ts';
import type { ExecState } from './exec-reader.ts';
import { NEW_EXEC, execStateSchema, readExec } from './exec-reader.ts';
import type { Part } from './part.ts';
import { isSaved, partOf, querySchema } from './part.ts';
import type { SavedPart } from './saved-part.ts';
import { openSaved } from './saved-part.ts';
import { ledgerCursors, ledgerTurns, loadLedgers } from './thread-book.ts';
import type { ExecEvent } from './wire.ts';
import { readExecLine } from './wire.ts';

const PATH = '/v1/codex/exec';
/** One long line and what comes with it. */
const MAX_PART_BYTES = 32 << 20;
const MAX_LINES = 100_000;

/**
 * Takes what `codex exec --json` writes, at once or in parts. The answer says which line comes next:
 * lines that were taken are skipped when they come again, and none may be left out.
 */
export function createCodexEndpoints(deps: ReceiverDeps): readonly Endpoint[] {
  async function receive({ query, body }: ReceivedRequest): Promise<Reply> {
    const asked = querySchema.safeParse(Object.fromEntries(query));
    if (!asked.success) {
      const [issue] = asked.error.issues;
      const field = issue?.path.join('.') ?? 'query';
      const detail = `codex exec: ${field}: ${issue?.message ?? 'not valid'}`;
      return refusal(400, { detail }, { reason: 'invalid-event', detail });
    }
    const part = partOf(asked.data, body);
    if (part.lines.length > MAX_LINES) {
      const detail = `codex exec: more than ${MAX_LINES} lines in one part`;
      return refusal(413, { detail }, { reason: 'too-large', detail });
    }
    return ledgerTurns.take(() => take(part));
  }

  async function take(sent: Part): Promise<Reply> {
    if (!isSaved(sent)) return takePart(sent, null);
    const saved = await openSaved(sent, deps.getCursor);
    if (saved !== null) return takePart(saved.part, saved);
    const detail =
      'codex exec: begins in the middle of an output whose beginning nobody sent: send that first, or name an invocation';
    return jsonReply(409, { detail });
  }

  async function takePart(part: Part, saved: SavedPart | null): Promise<Reply> {
    const { invocation, launch, firstLine, isLast } = part;
    const cursor = `exec:${invocation}`;
    const known = await deps.getCursor(cursor);
    const before = known === null ? NEW_EXEC : execStateSchema.parse(JSON.parse(known));
    if (firstLine > before.nextLine) {
      const offset = saved?.offset ?? 0;
      const nextLine = before.nextLine - offset;
      const detail = `codex exec: line ${nextLine} comes next, got line ${firstLine - offset}`;
      return jsonReply(409, { detail, nextLine });
    }
    const texts = part.lines.slice(before.nextLine - firstLine);
    // What a file has more than another one was cut off there: it did not end.
    const isEnded = before.isEnded && (saved === null || texts.length === 0);
    if (isEnded || (texts.length === 0 && !isLast)) {
      const cursors = saved?.isOfOther === true ? saved.known : null;
      if (cursors !== null) await deps.deliver(launch.organismId, { drafts: [], cursors });
      return answer(before, part, saved);
    }
    const lines = texts.map((line) => readExecLine(line));
    const ledgers = await loadLedgers(threadsOf(lines, before), deps.getCursor);
    const reading = readExec(
      { invocation, launch, lines, isLast, isLive: saved === null, at: deps.now() },
      { ...before, isEnded },
      ledgers,
    );
    const { drafts, state: after } = reading;
    const rejects = [...reading.rejects, ...restOf(saved)];
    const cursors = {
      ...ledgerCursors(reading.ledgers),
      ...saved?.cursors({ lines: texts, before, after }),
      [cursor]: JSON.stringify(after),
    };
    const outcome = await deps.deliver(launch.organismId, { drafts, rejects, cursors });
    return answer(after, part, saved, outcome);
  }

  return [{ method: 'POST', path: PATH, maxBytes: MAX_PART_BYTES, receive }];
}

/** The sender of a part of another file counts from its own first line, and ends with its own last. */
function answer(
  { nextLine, isEnded }: ExecState,
  { firstLine, lines, isLast }: Part,
  saved: SavedPart | null,
  outcome = { accepted: 0, duplicate: 0, rejected: 0 },
): Reply {
  if (saved?.isOfOther !== true) return jsonReply(200, { nextLine, isEnded, ...outcome });
  const next = Math.min(nextLine, firstLine + lines.length) - saved.offset;
  return jsonReply(200, { nextLine: next, isEnded: isEnded && isLast, ...outcome });
}

/** A line without its end is refused, until a file comes that has the end. */
function restOf(saved: SavedPart | null): readonly UnreadableInput[] {
  const reading = readExecLine(saved?.rest.toString('utf8') ?? '');
  return reading.kind === 'unreadable' ? [reading.reject] : [];
}

function threadsOf(lines: readonly LineReading<ExecEvent>[], { threadId }: ExecState): string[] {
  const started = lines.flatMap((reading) =>
    reading.kind === 'line' && reading.line.type === 'thread.started'
      ? [clip(reading.line.thread_id ?? '')]
      : [],
  );
  return [...(threadId === null ? [] : [threadId]), ...started].filter((id) => id !== '');
}
