import type { Random } from '#lab/agentserver/random.ts';

import type { LabCall } from './call.ts';
import { parseBody } from './call.ts';
import type { Pacing } from './pacing.ts';
import type { LabReply } from './replies.ts';
import { refusal } from './replies.ts';
import type { LabRun, RunHall } from './run-hall.ts';
import { tellRun } from './story.ts';

export interface RunRoutes {
  /** `POST /v1/runs`. */
  start(call: Pick<LabCall, 'body'>): LabReply;
  /** What is below one run; null: the answer is a stream of its events. */
  answer(runId: string, verb: string, call: Pick<LabCall, 'body' | 'response'>): LabReply | null;
}

export interface RunRoutesDeps {
  readonly hall: RunHall;
  readonly random: Random;
  readonly isNewer: boolean;
  readonly pacing: Pacing;
  /** Milliseconds between the events of a run; null: a test emits them itself. */
  readonly paceMs: number | null;
}

export function createRunRoutes(deps: RunRoutesDeps): RunRoutes {
  const { hall, random, isNewer, pacing, paceMs } = deps;

  function play(run: LabRun, events: readonly Record<string, unknown>[], gapMs: number): void {
    const [event, ...rest] = events;
    pacing.after(gapMs, () => {
      if (run.isEnded) return;
      if (event === undefined) return hall.finish(run);
      emit(hall, run, event);
      if (event['event'] === 'approval.request') run.onApproval = () => play(run, rest, gapMs);
      else play(run, rest, gapMs);
    });
  }

  return {
    start(call) {
      const body = parseBody(call);
      if (body === null) return refusal(400, 'Invalid JSON');
      if (!('input' in body)) return refusal(400, "Missing 'input' field");
      const session = 'session_id' in body ? body.session_id : '';
      const run = hall.open(typeof session === 'string' ? session : '');
      if (run === null) {
        return refusal(429, 'Too many concurrent runs (max 10)', 'rate_limit_exceeded');
      }
      if (paceMs !== null) {
        const input = JSON.stringify(body.input);
        play(run, tellRun(random, { isNewer, input }), paceMs);
      }
      const started = { run_id: run.id, status: 'started' };
      return { status: 202, body: isNewer ? { ...started, replayed: false } : started };
    },
    answer(runId, verb, call) {
      const missing = refusal(404, `Run not found: ${runId}`, 'run_not_found');
      if (verb === 'events') return hall.attach(runId, call.response) ? null : missing;
      const run = hall.find(runId);
      if (run === undefined || !isNewer) return missing;
      switch (verb) {
        case 'stop':
          return stop(hall, run);
        case 'approval':
          return approve(hall, run, parseBody(call));
        case 'steer':
          return steer(run, parseBody(call));
        case '':
          return statusOf(run);
        default:
          return missing;
      }
    },
  };
}

function emit(hall: RunHall, run: LabRun, event: Record<string, unknown>): void {
  hall.emit(run, { ...event, timestamp: Date.now() / 1000 });
}

function stop(hall: RunHall, run: LabRun): LabReply {
  if (run.isEnded) return refusal(409, 'Run is not active', 'run_not_active');
  emit(hall, run, { event: 'run.cancelled' });
  hall.finish(run);
  return { status: 200, body: { run_id: run.id, status: 'stopping' } };
}

function approve(hall: RunHall, run: LabRun, body: object | null): LabReply {
  const { choice } = { choice: '', ...body };
  if (!['once', 'session', 'always', 'deny'].includes(choice)) {
    return refusal(400, 'Invalid choice', 'invalid_approval_choice');
  }
  if (run.isEnded) return refusal(409, 'Run is not active', 'approval_not_active');
  if (run.asked === null) return refusal(409, 'Nothing is asked', 'approval_not_pending');
  emit(hall, run, { event: 'approval.responded', choice, resolved: 1 });
  run.onApproval?.();
  run.onApproval = null;
  const object = 'hermes.run.approval_response';
  return { status: 200, body: { object, run_id: run.id, choice, resolved: 1 } };
}

function steer(run: LabRun, body: object | null): LabReply {
  if (run.isEnded) return refusal(409, 'Run takes no steering', 'run_not_accepting_steer');
  if (typeof { input: null, ...body }.input !== 'string') {
    return refusal(400, 'Invalid input', 'invalid_steer_input');
  }
  return { status: 200, body: { object: 'hermes.run.steer', run_id: run.id, accepted: true } };
}

function statusOf({ id, sessionId, status, output, usage, asked }: LabRun): LabReply {
  const facts = { object: 'hermes.run', run_id: id, status, output, usage };
  const approval = asked === null ? {} : { approval: asked };
  return { status: 200, body: { ...facts, session_id: sessionId, ...approval } };
}
