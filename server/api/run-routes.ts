import { z } from 'zod';

import { RUN_ID } from '#organism/instance-card.ts';

import type { RunCommand } from '../sources/source.ts';
import type { ApiDeps } from './api-deps.ts';
import { replyResponse } from './commands.ts';
import { textParam } from './parameters.ts';
import { Problem } from './problem.ts';
import type { Route, RouteInput } from './route.ts';
import { defineRoute } from './route.ts';

/** The upstream's own status and body come back verbatim. */
const PROBLEMS = [400, 401, 404, 409, 413, 429, 500, 502, 503, 504];

const answer = z.looseObject({ run_id: z.string().optional(), status: z.string().optional() });
const passedOn = z.record(z.string(), z.unknown());

/** Runs of a source that works in runs: started, handed over, and steered through here. */
export function runRoutes(deps: ApiDeps): Route[] {
  async function forward(
    { params, actor }: Pick<RouteInput<unknown, unknown>, 'params' | 'actor'>,
    command: RunCommand,
  ): Promise<Response> {
    if (actor === 'anonymous') throw new Error('a control route was reached without proof');
    const { name = '' } = params;
    const source = deps.sources().find((known) => known.name === name);
    if (source === undefined) throw new Problem('not-found', `Source not found: ${name}`);
    return replyResponse(await deps.commands.send(source, command, actor));
  }

  return [
    defineRoute({
      method: 'POST',
      path: '/api/v1/sources/{name}/runs',
      summary: 'Starts a run upstream and follows its events',
      query: z.object({}),
      body: z.looseObject({ input: z.unknown() }),
      answer,
      problems: PROBLEMS,
      alsoAnswers: [202],
      handle: (input) => forward(input, { kind: 'start-run', body: input.body }),
    }),
    asking('chat/completions', 'chat', z.looseObject({ messages: z.array(z.unknown()).min(1) })),
    asking('responses', 'responses', z.looseObject({ input: z.unknown() })),
    defineRoute({
      method: 'POST',
      path: '/api/v1/sources/{name}/runs/{run_id}/watch',
      summary: 'Follows a run that someone else started and nobody reads',
      query: z.object({ session_id: textParam }),
      answer,
      problems: PROBLEMS,
      alsoAnswers: [202],
      handle: (input) =>
        forward(input, {
          kind: 'watch-run',
          runId: runIdOf(input),
          sessionId: input.query.session_id ?? null,
        }),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/sources/{name}/runs/{run_id}/stop',
      summary: 'Asks the upstream to stop a run',
      query: z.object({}),
      answer,
      problems: PROBLEMS,
      handle: (input) => forward(input, { kind: 'stop-run', runId: runIdOf(input) }),
    }),
    answering('approval', 'answer-approval', 'Answers what a run waits to be allowed'),
    answering('steer', 'steer-run', 'Tells a run that is under way something more'),
  ];

  function asking(
    path: string,
    form: 'chat' | 'responses',
    body: z.ZodType<Record<string, unknown>>,
  ): Route {
    return defineRoute({
      method: 'POST',
      path: `/api/v1/sources/{name}/${path}`,
      summary: `Asks upstream in the words of OpenAI's ${path} and follows the answer; with \`stream\` it is passed on`,
      query: z.object({}),
      body,
      answer,
      contentTypes: ['application/json', 'text/event-stream'],
      problems: PROBLEMS,
      alsoAnswers: [202],
      handle: (input) => forward(input, { kind: 'ask', form, body: input.body }),
    });
  }

  function answering(verb: string, kind: 'answer-approval' | 'steer-run', summary: string): Route {
    return defineRoute({
      method: 'POST',
      path: `/api/v1/sources/{name}/runs/{run_id}/${verb}`,
      summary,
      query: z.object({}),
      body: passedOn,
      answer,
      problems: PROBLEMS,
      handle: (input) => forward(input, { kind, runId: runIdOf(input), body: input.body }),
    });
  }
}

function runIdOf({ params }: { params: Readonly<Record<string, string>> }): string {
  const { run_id: runId = '' } = params;
  if (RUN_ID.test(runId)) return runId;
  throw new Problem('bad-request', 'run_id: expected 1 to 128 letters, digits, _ or -');
}
