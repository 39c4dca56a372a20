import { z } from 'zod';

import { discoverySchema } from '#organism/api/resources.ts';

import type { ApiDeps } from './api-deps.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

/** What was found on this machine, and connecting it. */
export function discoveryRoutes({ discovery, commands }: ApiDeps): Route[] {
  const answer = () => ({
    found: discovery.found().map(({ name, kind, title }) => ({ name, kind, title })),
  });
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/discovery',
      summary: 'Runtimes found on this machine at start that are not watched yet',
      query: z.object({}),
      answer: discoverySchema,
      handle: answer,
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/discovery/connect',
      summary: 'Watches a runtime that was found, until the next start',
      query: z.object({}),
      body: z.object({ name: z.string().min(1) }),
      answer: discoverySchema,
      problems: [404],
      async handle({ body: { name }, actor }) {
        if (!discovery.found().some((each) => each.name === name)) {
          throw new Problem('not-found', `Nothing called ${name} was found on this machine`);
        }
        const act = { organismId: name, command: 'connect', target: name };
        await commands.runHere(act, actor, async () => void (await discovery.connect(name)));
        return answer();
      },
    }),
  ];
}
