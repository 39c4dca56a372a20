import { z } from 'zod';
import type {
  ZodOpenApiContentObject,
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
} from 'zod-openapi';
import { createDocument } from 'zod-openapi';

import { problemSchema } from '#organism/api/resources.ts';

import { ACCESS_TABLE } from '../safety/access-table.ts';
import type { Need } from '../safety/access.ts';
import type { Route } from './route.ts';
import { defineRoute } from './route.ts';

/** `GET /api/openapi.json`: made from the routes themselves, so it cannot say anything else. */
export function createOpenApiRoute(served: readonly Route[], version: string): Route {
  let document: Record<string, unknown> | null = null;
  const own: Route = defineRoute({
    method: 'GET',
    path: '/api/openapi.json',
    summary: 'This document',
    query: z.object({}),
    answer: z.record(z.string(), z.unknown()),
    handle: () => (document ??= describe([...served, own], version)),
  });
  return own;
}

function describe(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const known = paths[route.path] ?? {};
    paths[route.path] = { ...known, [route.method.toLowerCase()]: operation(route) };
  }
  const document = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Organoscope',
      version,
      description:
        'The AgentServer contract, served from a durable store, and what is added to it.',
    },
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'organoscope_<port>' },
      },
    },
  });
  return { ...document };
}

function operation(route: Route): ZodOpenApiOperationObject {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const path = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  const content: ZodOpenApiContentObject = {};
  for (const [type, schema] of Object.entries(route.accepts)) content[type] = { schema };
  return {
    summary: route.summary,
    operationId: operationId(route),
    requestParams: { ...(names.length === 0 ? {} : { path }), query: route.query },
    ...(Object.keys(content).length === 0 ? {} : { requestBody: { content } }),
    responses: responses(route),
    ...securityOf(ACCESS_TABLE[route.key]),
  };
}

function securityOf(need: Need | undefined): Pick<ZodOpenApiOperationObject, 'security'> {
  if (need === 'control') return { security: [{ key: [] }, { session: [] }] };
  // Free on loopback: the empty requirement is one of the choices.
  return need === 'ingest' ? { security: [{}, { key: [] }, { session: [] }] } : {};
}

function responses(route: Route): ZodOpenApiOperationObject['responses'] {
  const need = ACCESS_TABLE[route.key];
  const isGuarded = need === 'control' || need === 'ingest';
  const statuses = [...route.problems, 422, ...(isGuarded ? [401, 403] : [])];
  const problems = Object.fromEntries(
    statuses.map((status) => [
      `${status}`,
      status < 400
        ? { description: 'Done; no body' }
        : {
            description: 'Refused',
            content: { 'application/json': { schema: problemSchema } },
          },
    ]),
  );
  if (route.contentTypes.length === 0) return problems;
  const content = Object.fromEntries(
    route.contentTypes.map((type) => [
      type,
      { schema: type === 'application/json' ? route.answer : z.string() },
    ]),
  );
  const answers = [200, ...route.alsoAnswers].map((status) => [
    `${status}`,
    { description: 'Answer', content },
  ]);
  return { ...problems, ...Object.fromEntries(answers) };
}

function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => !['', 'api', 'v'].includes(word));
  return [method.toLowerCase(), ...words].join('_');
}
