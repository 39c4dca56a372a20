import { randomUUID } from 'node:crypto';

import type { ControlCommand, ControlOutcome } from '../source.ts';
import type { RestClient } from '../upstream/rest-client.ts';
import type { AnswerForm } from './answer-reader.ts';
import type { Features } from './features.ts';
import type { RunBook } from './run-book.ts';
import type { Runs } from './runs.ts';
import { runStartedSchema } from './wire.ts';

/** What can be asked, and the feature an instance must have for it; null: every version can. */
const OFFERS = [
  { kind: 'start-run', needs: null },
  { kind: 'ask', needs: null },
  { kind: 'watch-run', needs: null },
  { kind: 'inject', needs: null },
  { kind: 'stop-run', needs: 'run_stop' },
  { kind: 'kill', needs: 'run_stop' },
  { kind: 'answer-approval', needs: 'run_approval_response' },
  { kind: 'steer-run', needs: 'run_steer' },
] as const satisfies readonly { kind: ControlCommand['kind']; needs: string | null }[];

const PATHS: Readonly<Record<AnswerForm, string>> = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
};

/** @param features null: the instance has not said yet, which the base version never does */
export function offeredCommands(features: Features | null): readonly ControlCommand['kind'][] {
  return OFFERS.filter(({ needs }) => needs === null || features?.has(needs) === true).map(
    ({ kind }) => kind,
  );
}

/** Sends one command, once: nothing here or below tries again. */
export function createControl(deps: {
  rest: RestClient;
  apiKey: string | undefined;
  runs: Runs;
  book: RunBook;
  features: () => Features | null;
}): (command: ControlCommand) => Promise<ControlOutcome> {
  const { rest, runs, book } = deps;

  async function start(given: Readonly<Record<string, unknown>>): Promise<ControlOutcome> {
    // No event repeats the session: without one of ours nobody could tell whose run it is.
    const own = given['session_id'];
    const sessionId = typeof own === 'string' && own !== '' ? own : `organoscope-${randomUUID()}`;
    const body = { ...given, session_id: sessionId };
    const isIdempotent = deps.features()?.has('runs_idempotency') === true;
    const headers = isIdempotent ? { 'idempotency-key': randomUUID() } : {};
    const outcome = await rest.post('/v1/runs', body, headers);
    if (outcome.kind !== 'answered' || outcome.status !== 202) return outcome;
    const started = runStartedSchema.safeParse(outcome.body);
    if (!started.success) return outcome;
    const { input, model, provider } = { input: null, model: null, provider: null, ...given };
    await runs.follow({
      runId: started.data.run_id,
      sessionId,
      input,
      model: typeof model === 'string' ? model : undefined,
      provider: typeof provider === 'string' ? provider : undefined,
    });
    return { ...outcome, body: { ...started.data, session_id: sessionId } };
  }

  /** One answer, streamed: hanging up interrupts the agent, so it is read to its end. */
  function askIn(form: AnswerForm, given: Readonly<Record<string, unknown>>) {
    const runId = `ask_${randomUUID()}`;
    const sessionId = `organoscope-${randomUUID()}`;
    const { input, messages, model } = { input: null, messages: null, model: null, ...given };
    // A server without a key refuses a session that is named, and names one itself.
    const headers = deps.apiKey === undefined ? {} : { 'x-hermes-session-id': sessionId };
    return runs.follow({
      runId,
      sessionId,
      input: form === 'chat' ? messages : input,
      model: typeof model === 'string' ? model : undefined,
      answer: {
        form,
        ask: { path: PATHS[form], body: { ...given, stream: true }, headers },
        isForwarded: given['stream'] === true,
      },
    });
  }

  function hangUp(runId: string): ControlOutcome | null {
    if (!runs.hangUp(runId)) return null;
    return { kind: 'answered', status: 200, body: { run_id: runId, status: 'stopping' } };
  }

  /** Stop, steer and approvals exist where the instance says so. */
  function ask(feature: string, runId: string, verb: string, body: unknown) {
    if (deps.features()?.has(feature) !== true) {
      return Promise.resolve(notSent(`this Hermes does not offer ${feature}`));
    }
    return rest.post(`/v1/runs/${encodeURIComponent(runId)}/${verb}`, body);
  }

  return async (command) => {
    switch (command.kind) {
      case 'start-run':
        return start(command.body);
      case 'ask':
        return askIn(command.form, command.body);
      case 'watch-run':
        return runs.follow({
          runId: command.runId,
          sessionId: command.sessionId ?? command.runId,
        });
      case 'stop-run':
        return hangUp(command.runId) ?? ask('run_stop', command.runId, 'stop', {});
      case 'answer-approval':
        return ask('run_approval_response', command.runId, 'approval', command.body);
      case 'steer-run':
        return ask('run_steer', command.runId, 'steer', command.body);
      case 'kill': {
        const runId = book.openIn(command.threadId);
        if (runId === null) return notSent('no run of this thread is open here');
        return hangUp(runId) ?? ask('run_stop', runId, 'stop', {});
      }
      case 'inject': {
        const { text } = { text: null, ...command.payload };
        const input = typeof text === 'string' ? text : JSON.stringify(command.payload);
        return start({
          input,
          ...(command.threadId === null ? {} : { session_id: command.threadId }),
        });
      }
      case 'pause':
      case 'resume':
      case 'reload':
      case 'stop':
        return notSent(`Hermes has no way to ${command.kind}`);
    }
  };
}

function notSent(reason: string): ControlOutcome {
  return { kind: 'not-sent', reason };
}
