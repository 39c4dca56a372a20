import { z } from 'zod';

import { sessionSchema } from '#organism/api/resources.ts';

import { factsOf } from '../safety/request-facts.ts';
import {
  expiredSessionCookie,
  readCookie,
  sessionCookie,
  sessionCookieName,
} from '../safety/session.ts';
import type { ApiDeps } from './api-deps.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

const loginBody = z.object({
  /** The control key, for a browser that cannot use the link in the terminal. */
  key: z.string().max(512),
});

/** Sessions of browsers: by the one-time link in the terminal, or by showing the key. */
export function loginRoutes(deps: ApiDeps): Route[] {
  const { sessions, guard } = deps;

  function signedIn(id: string, answer: { status: number; location?: string }): Response {
    const headers = new Headers({ 'set-cookie': sessionCookie(deps.port(), id) });
    if (answer.location !== undefined) headers.set('location', answer.location);
    return new Response(null, { status: answer.status, headers });
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/login',
      summary: 'Signs a browser in with the link printed at start; it works once',
      query: z.object({ token: z.string().max(256).optional() }),
      answer: z.never(),
      problems: [303, 403],
      contentTypes: [],
      handle({ query: { token }, request }) {
        // A link that a browser loads ahead must still work when it is clicked.
        const purpose = request.headers['sec-purpose'] ?? request.headers['purpose'] ?? '';
        if (String(purpose).includes('prefetch')) return new Response(null, { status: 204 });
        const id = sessions.redeem(token ?? '');
        return id === null
          ? refused('This login link is used up or too old; start Organoscope again for a new one')
          : signedIn(id, { status: 303, location: '/' });
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/login',
      summary: 'Signs a browser in with the key',
      query: z.object({}),
      body: loginBody,
      answer: z.never(),
      problems: [204, 403],
      contentTypes: [],
      handle: ({ body: { key } }) =>
        guard.isKey(key) ? signedIn(sessions.open(), { status: 204 }) : refused('Invalid API key'),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/session',
      summary: 'Who this caller is and what runs here',
      query: z.object({}),
      answer: sessionSchema,
      handle: ({ request }) => ({
        canControl: guard.identify(request).actor !== 'anonymous',
        ...deps.versions,
        epoch: deps.store.epoch,
        demo: deps.demo.state(),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/session/logout',
      summary: "Ends this browser's session and its sockets",
      query: z.object({}),
      answer: z.never(),
      problems: [204],
      contentTypes: [],
      handle({ request }) {
        const id = readCookie(factsOf(request).cookie, sessionCookieName(deps.port()));
        if (id !== null) sessions.close(id);
        const headers = { 'set-cookie': expiredSessionCookie(deps.port()) };
        return new Response(null, { status: 204, headers });
      },
    }),
  ];
}

function refused(detail: string): Response {
  return Response.json({ detail }, { status: 403 });
}
