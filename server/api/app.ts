import type { Context } from 'hono';
import { Hono } from 'hono';

import type { Verdict } from '../safety/access.ts';
import { GREEDY_PARAMETERS, compilePath } from '../safety/route-path.ts';
import { agentRoutes } from './agent-routes.ts';
import type { ApiDeps } from './api-deps.ts';
import { controlRoutes } from './control-routes.ts';
import { discoveryRoutes } from './discovery-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { exportRoutes } from './export-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { loginRoutes } from './login-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { createOpenApiRoute } from './openapi.ts';
import { organismRoutes } from './organism-routes.ts';
import { problemResponse } from './problem.ts';
import type { ApiEnv, Route } from './route.ts';
import { runRoutes } from './run-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { sourceRoutes } from './source-routes.ts';
import { storageRoutes } from './storage-routes.ts';
import { threadRoutes } from './thread-routes.ts';
import { createUsageBaselines } from './usage-baselines.ts';
import { usageReportRoutes } from './usage-report-routes.ts';
import { usageRoutes } from './usage-routes.ts';

export interface Api {
  readonly fetch: Hono<ApiEnv>['fetch'];
  readonly app: Hono<ApiEnv>;
}

/** The REST API: the AgentServer contract, and what we add to it. */
export function createApi(deps: ApiDeps): Api {
  const baselines = createUsageBaselines();
  const served = [
    ...organismRoutes(deps),
    ...agentRoutes(deps),
    ...threadRoutes(deps),
    ...messageRoutes(deps),
    ...usageRoutes(deps, baselines),
    ...usageReportRoutes(deps),
    ...controlRoutes(deps, baselines),
    ...sourceRoutes(deps),
    ...discoveryRoutes(deps),
    ...runRoutes(deps),
    ...eventRoutes(deps),
    ...searchRoutes(deps),
    ...exportRoutes(deps),
    ...loginRoutes(deps),
    ...healthRoutes(deps),
    ...storageRoutes(deps),
  ];
  const routes = [...served, createOpenApiRoute(served, deps.versions.version)];
  const app = createApp(routes, deps);
  return { fetch: app.fetch, app };
}

function createApp(
  routes: readonly Route[],
  { guard, log }: Pick<ApiDeps, 'guard' | 'log'>,
): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.use('*', async (c, next) => {
    const verdict = guard.guardRequest(c.env.incoming);
    if (!verdict.ok) return refusal(verdict);
    await next();
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
    return undefined;
  });

  for (const route of routes) {
    app.on(route.method, honoPath(route.path), (c) => serve(c, route));
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
    app.all(honoPath(path), () => methodNotAllowed(methods));
  }

  async function serve(c: Context<ApiEnv>, route: Route): Promise<Response> {
    // Hono answers HEAD by GET; the contract does not answer it at all.
    if (c.req.method === 'HEAD') return methodNotAllowed(['GET']);
    const verdict = guard.guardRoute(c.env.incoming, route.key);
    return verdict.ok ? route.respond(c, verdict.actor) : refusal(verdict);
  }

  app.notFound((c) => redirectTrailingSlash(c, routes) ?? notFound(c.req.path));
  app.onError((error, c) => {
    const answer = problemResponse(error);
    if (answer !== null) return answer;
    log.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed');
    return Response.json({ detail: 'Internal Server Error' }, { status: 500 });
  });
  return app;
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    GREEDY_PARAMETERS.has(name) ? `:${name}{.+}` : `:${name}`,
  );
}

function redirectTrailingSlash(c: Context<ApiEnv>, routes: readonly Route[]): Response | null {
  const url = new URL(c.req.url);
  if (!url.pathname.endsWith('/')) return null;
  const bare = url.pathname.replace(/\/+$/, '');
  const isKnown = routes.some((route) => compilePath(route.path).test(bare));
  if (!isKnown) return null;
  return new Response(null, { status: 307, headers: { location: bare + url.search } });
}

function refusal(verdict: Verdict & { ok: false }): Response {
  const { status, detail, headers } = verdict;
  return Response.json({ detail }, { status, headers });
}

/** Under `/v1` the callers are others' SDKs, which know `error`. */
function notFound(pathname: string): Response {
  const words = pathname.startsWith('/v1/') ? { error: 'not found' } : { detail: 'Not Found' };
  return Response.json(words, { status: 404 });
}

function methodNotAllowed(methods: readonly string[]): Response {
  return Response.json(
    { detail: 'Method Not Allowed' },
    { status: 405, headers: { allow: methods.join(', ') } },
  );
}
