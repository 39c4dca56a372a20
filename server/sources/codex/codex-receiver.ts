import { hash } from 'node:crypto';
import { hostname } from 'node:os';

import { z } from 'zod';

import { clip } from '../drafts.ts';
import type { Endpoint, ReceivedRequest, ReceiverDeps, Reply } from '../receiver.ts';
import { jsonReply, refusal } from '../receiver.ts';
import type { LineReading } from '../session-files/lines.ts';
import type { ExecState } from './exec-reader.ts';
import { NEW_EXEC, execStateSchema, readExec } from './exec-reader.ts';
import type { Launch } from './names.ts';
import { organismIdOf } from './names.ts';
import { ledgerCursors, ledgerTurns, loadLedgers } from './thread-book.ts';
import type { ExecEvent } from './wire.ts';
import { readExecLine } from './wire.ts';

const PATH = '/v1/codex/exec';
/** One long line and what comes with it. */
const MAX_PART_BYTES = 32 << 20;
const MAX_LINES = 100_000;
/** An upload without an invocation has its bytes for a name: the same file is the same process. */
const SAVED = 'sha256:';

const word = z.string().min(1, 'expected text').max(1024, 'expected at most 1024 characters');
const flag = z.enum(['true', 'false', '1', '0'], { error: 'expected true or false' });
const querySchema = z.object({
  invocation: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, 'expected 1 to 128 letters, digits, dots, colons, dashes')
    .optional(),
  line: z.coerce
    .number({ error: 'expected a line number' })
    .int('expected a whole line number')
    .min(1, 'expected a line number from 1')
    .max(1e9, 'expected a line number up to 1e9')
    .default(1),
  end: flag.default('false'),
  cwd: word.optional(),
  model: word.max(200).optional(),
  provider: word.max(200).optional(),
  label: word.max(120).optional(),
  host: word.max(100).optional(),
});
type Query = z.output<typeof querySchema>;

/** A part of a process's output, whole lines only. */
interface Part {
  readonly invocation: string;
  readonly launch: Launch;
  readonly firstLine: number;
  readonly lines: readonly string[];
  readonly isLast: boolean;
}

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

  async function take(part: Part): Promise<Reply> {
    const cursor = `exec:${part.invocation}`;
    const saved = await deps.getCursor(cursor);
    const before = saved === null ? NEW_EXEC : execStateSchema.parse(JSON.parse(saved));
    if (part.firstLine > before.nextLine) {
      const detail = `codex exec: line ${before.nextLine} comes next, got line ${part.firstLine}`;
      return jsonReply(409, { detail, nextLine: before.nextLine });
    }
    const fresh = part.lines.slice(before.nextLine - part.firstLine);
    if (before.isEnded || (fresh.length === 0 && !part.isLast)) return answer(before);
    const lines = fresh.map((line) => readExecLine(line));
    const ledgers = await loadLedgers(threadsOf(lines, before), deps.getCursor);
    const { invocation, launch, isLast } = part;
    const isLive = !invocation.startsWith(SAVED);
    const reading = readExec(
      { invocation, launch, lines, isLast, isLive, at: deps.now() },
      before,
      ledgers,
    );
    const cursors = { ...ledgerCursors(reading.ledgers), [cursor]: JSON.stringify(reading.state) };
    const { drafts, rejects } = reading;
    const outcome = await deps.deliver(launch.organismId, { drafts, rejects, cursors });
    return answer(reading.state, outcome);
  }

  return [{ method: 'POST', path: PATH, maxBytes: MAX_PART_BYTES, receive }];
}

function answer(
  { nextLine, isEnded }: ExecState,
  outcome = { accepted: 0, duplicate: 0, rejected: 0 },
): Reply {
  return jsonReply(200, { nextLine, isEnded, ...outcome });
}

function partOf(query: Query, body: Buffer): Part {
  const isWhole = query.invocation === undefined;
  const isLast = isWhole || query.end === 'true' || query.end === '1';
  const lines = body.toString('utf8').split('\n');
  // After the last line end there is nothing, or a line that is still being written.
  if (!isLast || lines.at(-1) === '') lines.pop();
  const { label = null, cwd = null, host = hostname(), model = null, provider = null } = query;
  return {
    invocation: query.invocation ?? `${SAVED}${hash('sha256', body, 'hex')}`,
    launch: { organismId: organismIdOf({ label, host, cwd }), cwd, model, provider },
    firstLine: isWhole ? 1 : query.line,
    lines,
    isLast,
  };
}

function threadsOf(lines: readonly LineReading<ExecEvent>[], { threadId }: ExecState): string[] {
  const started = lines.flatMap((reading) =>
    reading.kind === 'line' && reading.line.type === 'thread.started'
      ? [clip(reading.line.thread_id ?? '')]
      : [],
  );
  return [...(threadId === null ? [] : [threadId]), ...started].filter((id) => id !== '');
}
