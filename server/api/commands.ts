import type { CommandOutcome, CommandRecord, Store } from '#db/store.ts';
import type { OrganismState } from '#organism/state.ts';

import type { AnswerStream, ControlCommand, ControlOutcome } from '../sources/source.ts';

/** What an audit row keeps of a body or an answer. */
const MAX_RECORDED_CHARS = 16_384;

export interface CommandReply {
  readonly status: number;
  readonly body: unknown;
  /** What goes to whoever asked instead of the body. */
  readonly stream?: AnswerStream | undefined;
}

export interface Commands {
  /**
   * Records the command, sends it once and returns what the upstream said, verbatim. Never retries.
   * @throws StoreError when it could not be recorded: then it was not sent
   */
  send(
    target: Pick<OrganismState, 'organismId'>,
    command: ControlCommand,
    actor: CommandRecord['actor'],
  ): Promise<CommandReply>;
  /** Records something done here rather than upstream, and does it. Rejects with what it throws. */
  runHere(
    what: Pick<CommandRecord, 'organismId' | 'command' | 'target'>,
    actor: string,
    act: () => Promise<void>,
  ): Promise<void>;
}

export function createCommands(deps: {
  store: Pick<Store, 'beginCommand' | 'finishCommand'>;
  control: (organismId: string, command: ControlCommand) => Promise<ControlOutcome>;
  sourceOf: (organismId: string) => string | null;
  /** The redaction floor: audit rows never hold a secret. */
  redact: (value: unknown) => unknown;
  now: () => number;
  log: { warn(fields: object, message: string): void };
}): Commands {
  const { store, now } = deps;

  function record(value: unknown): string {
    const text = JSON.stringify(deps.redact(value)) ?? '';
    return text.slice(0, MAX_RECORDED_CHARS);
  }

  async function sendOnce(organismId: string, command: ControlCommand): Promise<ControlOutcome> {
    try {
      return await deps.control(organismId, command);
    } catch (error) {
      deps.log.warn({ err: error, organismId, command: command.kind }, 'command failed midway');
      return { kind: 'unknown', reason: 'the connection to the upstream failed midway' };
    }
  }

  /** The act stands whatever the audit row says: a row that cannot be finished stays `requested`. */
  async function finish(id: number, result: Omit<CommandOutcome, 'finishedAt'>): Promise<void> {
    try {
      await store.finishCommand(id, { ...result, finishedAt: now() });
    } catch (error) {
      deps.log.warn({ err: error, id }, 'outcome of a command could not be recorded');
    }
  }

  return {
    async send(target, command, actor) {
      const { organismId } = target;
      const id = await store.beginCommand({
        organismId,
        source: deps.sourceOf(organismId) ?? '',
        command: command.kind,
        target: targetOf(organismId, command),
        body: record(command),
        actor,
        requestedAt: now(),
      });
      const outcome = await sendOnce(organismId, command);
      const reply = replyOf(outcome);
      const { status } = reply;
      await finish(id, { outcome: auditWord(outcome), status, answer: record(reply.body) });
      return reply;
    },
    async runHere(what, actor, act) {
      const id = await store.beginCommand({
        ...what,
        source: '',
        body: '',
        actor,
        requestedAt: now(),
      });
      try {
        await act();
      } catch (error) {
        const answer = record(error instanceof Error ? error.message : String(error));
        await finish(id, { outcome: 'refused', status: null, answer });
        throw error;
      }
      await finish(id, { outcome: 'answered', status: 200, answer: '' });
    },
  };
}

/** HTTP allows no body with these. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);
const BAD_GATEWAY = 502;

/** What the upstream said, verbatim, as far as HTTP can say it: an odd status becomes 502. */
export function replyResponse({ status, body, stream }: CommandReply): Response {
  if (stream !== undefined) return new Response(stream.bytes, { status, headers: stream.headers });
  if (BODILESS.has(status)) return new Response(null, { status });
  const isSayable = status >= 200 && status < 600;
  return Response.json(body, { status: isSayable ? status : BAD_GATEWAY });
}

function targetOf(organismId: string, command: ControlCommand): string {
  switch (command.kind) {
    case 'inject':
      return command.to;
    case 'kill':
      return command.threadId;
    case 'pause':
    case 'resume':
      return command.agent;
    case 'reload':
    case 'stop':
    case 'start-run':
    case 'ask':
      return organismId;
    case 'watch-run':
    case 'stop-run':
    case 'answer-approval':
    case 'steer-run':
      return command.runId;
  }
}

function replyOf(outcome: ControlOutcome): CommandReply {
  switch (outcome.kind) {
    case 'answered':
      return { status: outcome.status, body: outcome.body, stream: outcome.stream };
    case 'not-sent':
      return { status: 503, body: { detail: `Not sent: ${outcome.reason}` } };
    case 'unknown':
      return {
        status: 504,
        body: { detail: `Outcome unknown: ${outcome.reason}`, outcome: 'unknown' },
      };
  }
}

function auditWord(outcome: ControlOutcome): CommandOutcome['outcome'] {
  if (outcome.kind === 'unknown') return 'unknown';
  return outcome.kind === 'answered' && outcome.status < 400 ? 'answered' : 'refused';
}
