import type { Random } from '#lab/agentserver/random.ts';

import type { AnswerForm } from './answers.ts';
import { tellAnswer } from './answers.ts';
import type { LabCall } from './call.ts';
import { parseBody } from './call.ts';
import type { Pacing } from './pacing.ts';
import type { LabReply } from './replies.ts';
import { refusal } from './replies.ts';

export interface AnswerStreamDeps {
  readonly random: Random;
  readonly hasKey: boolean;
  readonly pacing: Pacing;
  /** Milliseconds between two blocks; null: at once. */
  readonly paceMs: number | null;
  /** Whether to stop after the first block. */
  readonly isHeld: () => boolean;
  /** The reader hung up. */
  readonly onInterrupted: () => void;
}

/** Streams an answer in OpenAI's words; null: it is under way. */
export type AnswerStream = (
  form: AnswerForm,
  call: Pick<LabCall, 'body' | 'response' | 'session'>,
) => LabReply | null;

export function createAnswerStream(deps: AnswerStreamDeps): AnswerStream {
  const { random, hasKey, pacing, paceMs, isHeld, onInterrupted } = deps;

  function send(response: LabCall['response'], [block, ...rest]: readonly string[]): void {
    if (block === undefined) return void response.end();
    response.write(block);
    if (isHeld()) return;
    if (paceMs === null) send(response, rest);
    else pacing.after(paceMs, () => send(response, rest));
  }

  return (form, call) => {
    const { response, session } = call;
    const asked = parseBody(call);
    const needed = form === 'chat' ? 'messages' : 'input';
    if (asked === null) return refusal(400, 'Invalid JSON');
    if (!(needed in asked)) return refusal(400, `Missing '${needed}' field`);
    if (session !== '' && !hasKey) return refusal(403, 'Sessions need an API key');
    const sessionId =
      session === '' ? `api-${random.uuid().replaceAll('-', '').slice(16)}` : session;
    const headers = { 'content-type': 'text/event-stream', 'x-hermes-session-id': sessionId };
    response.writeHead(200, headers);
    response.flushHeaders();
    response.on('close', () => {
      if (!response.writableFinished) onInterrupted();
    });
    send(response, tellAnswer(random, form));
    return null;
  };
}
