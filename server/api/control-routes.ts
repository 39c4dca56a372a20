import { z } from 'zod';

import { injectBodySchema } from '#organism/agentserver/socket.ts';
import type { OrganismState } from '#organism/state.ts';

import type { ControlCommand } from '../sources/source.ts';
import type { ApiDeps } from './api-deps.ts';
import { organismIdOf, resolveOrganism } from './api-deps.ts';
import { replyResponse } from './commands.ts';
import { findAgent } from './contract-views.ts';
import { organismParam } from './parameters.ts';
import { Problem } from './problem.ts';
import type { Route, RouteInput } from './route.ts';
import { defineRoute } from './route.ts';
import type { UsageBaselines } from './usage-baselines.ts';

const query = z.object({ organism: organismParam });
type Query = z.output<typeof query>;

/** The upstream's own status and body come back verbatim; these are the contract's. */
const PROBLEMS = [400, 404, 500, 502, 503, 504];

/** Commands: recorded, sent once to the upstream, never retried. */
export function controlRoutes(deps: ApiDeps, baselines: UsageBaselines): Route[] {
  async function forward(
    organism: Pick<OrganismState, 'organismId'>,
    command: ControlCommand,
    { actor }: Pick<RouteInput<Query, unknown>, 'actor'>,
  ): Promise<Response> {
    if (actor === 'anonymous') throw new Error('a control route was reached without proof');
    return replyResponse(await deps.commands.send(organism, command, actor));
  }

  const named = ({ organism }: Query): Pick<OrganismState, 'organismId'> => ({
    organismId: organismIdOf(deps, organism),
  });

  /** An agent's removal upstream must not be overtaken by a command to it. */
  function requireAgent(state: OrganismState, name: string): void {
    if (findAgent(state, name) === null) {
      throw new Problem('not-found', `Agent not found: ${name}`);
    }
  }

  const agentCommand = (kind: 'pause' | 'resume', state: string): Route =>
    defineRoute({
      method: 'POST',
      path: `/api/v1/agents/{name}/${kind}`,
      summary: `Asks the upstream to ${kind} an agent`,
      query,
      answer: z.object({
        success: z.boolean(),
        agent: z.string(),
        state: z.string().meta({ example: state }),
      }),
      problems: PROBLEMS,
      async handle(input) {
        const { name = '' } = input.params;
        const organism = await resolveOrganism(deps, input.query.organism);
        requireAgent(organism, name);
        return forward(organism, { kind, agent: name }, input);
      },
    });

  return [
    defineRoute({
      method: 'POST',
      path: '/api/v1/inject',
      summary: 'Sends a message to an agent',
      query,
      body: injectBodySchema.extend({ thread_id: z.string().nullish() }),
      answer: z.object({ threadId: z.string(), messageId: z.string() }),
      problems: PROBLEMS,
      async handle(input) {
        const { to, payload, threadId, thread_id: alias } = input.body;
        const organism = await resolveOrganism(deps, input.query.organism);
        if (findAgent(organism, to) === null) {
          throw new Problem('bad-request', `Unknown target agent: ${to}`);
        }
        const command = {
          kind: 'inject',
          to,
          payload,
          threadId: threadId ?? alias ?? null,
        } as const;
        return forward(organism, command, input);
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/threads/{thread_id}/kill',
      summary: 'Asks the upstream to kill a thread',
      query,
      answer: z.object({ success: z.boolean(), threadId: z.string() }),
      problems: PROBLEMS,
      async handle(input) {
        const { thread_id: threadId = '' } = input.params;
        const organismId = organismIdOf(deps, input.query.organism);
        if ((await deps.store.getThread(organismId, threadId)) === null) {
          throw new Problem('not-found', `Thread not found: ${threadId}`);
        }
        return forward({ organismId }, { kind: 'kill', threadId }, input);
      },
    }),
    agentCommand('pause', 'paused'),
    agentCommand('resume', 'idle'),
    defineRoute({
      method: 'POST',
      path: '/api/v1/organism/reload',
      summary: 'Asks the upstream to read its configuration again',
      query,
      answer: z.object({
        success: z.boolean(),
        added: z.array(z.string()),
        removed: z.array(z.string()),
        updated: z.array(z.string()),
        error: z.string().nullish(),
      }),
      problems: PROBLEMS,
      handle: (input) => forward(named(input.query), { kind: 'reload' }, input),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/organism/stop',
      summary: 'Asks the upstream to stop',
      query,
      answer: z.object({ success: z.boolean(), status: z.string() }),
      problems: PROBLEMS,
      handle: (input) => forward(named(input.query), { kind: 'stop' }, input),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/usage/reset',
      summary: 'Starts the running totals over; the ledger and its bills keep everything',
      query,
      answer: z.object({ success: z.boolean(), message: z.string() }),
      problems: [404],
      async handle({ query: { organism }, actor }) {
        const state = await resolveOrganism(deps, organism);
        const { organismId } = state;
        const act = { organismId, command: 'usage-reset', target: organismId };
        await deps.commands.runHere(act, actor, async () => baselines.reset(state));
        return { success: true, message: 'Usage tracking reset' };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/demo',
      summary: 'Starts the demo organism and watches it',
      query: z.object({}),
      answer: z.object({ demo: z.enum(['available', 'running', 'unavailable']) }),
      problems: [503],
      async handle({ actor }) {
        if (deps.demo.state() === 'unavailable') {
          throw new Problem('unavailable', 'The demo organism is not part of this installation');
        }
        const act = { organismId: '', command: 'demo', target: 'demo' };
        if (deps.demo.state() === 'available') {
          await deps.commands.runHere(act, actor, () => deps.demo.start());
        }
        return { demo: deps.demo.state() };
      },
    }),
  ];
}
