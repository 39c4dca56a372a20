import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { ACCESS_TABLE } from '../safety/access-table.ts';
import {
  agentEvent,
  budgetEvent,
  errorEvent,
  messageEvent,
  organismEvent,
  usageEvent,
} from './test-events.ts';
import type { TestApi } from './test-kit.ts';
import { TEST_KEY, openTestApi } from './test-kit.ts';

const documentSchema = z.looseObject({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        operationId: z.string(),
        parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).optional(),
        responses: z.record(
          z.string(),
          z.looseObject({
            content: z
              .record(z.string(), z.looseObject({ schema: z.record(z.string(), z.unknown()) }))
              .optional(),
          }),
        ),
      }),
    ),
  ),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});

let kit: TestApi;
let document: z.output<typeof documentSchema>;
beforeAll(async () => {
  kit = await openTestApi({ schema: { schema: '<xs:schema/>', contentType: 'application/xml' } });
  await kit.emit(
    [
      organismEvent(),
      agentEvent('planner'),
      messageEvent('m1'),
      usageEvent(),
      budgetEvent('thread-1', 500),
      errorEvent('boom'),
    ],
    { rejects: [{ reason: 'too-deep', detail: 'd', sample: 's', receivedAt: 1 }] },
  );
  document = documentSchema.parse((await kit.get('/api/openapi.json')).body);
});
afterAll(() => kit.close());

/** A validator made from the document itself, not from the schemas it was made of. */
function validatorOf(schema: Record<string, unknown>): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')));
}

const documented = (): string[] =>
  Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    .sort();

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toBe('3.1.0');
  });

  it('has exactly the routes that are served', () => {
    const served = kit.api.app.routes
      .filter(({ method, path }) => method !== 'ALL' && path !== '/*')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`);
    expect(documented()).toEqual([...new Set(served)].sort());
    expect(documented().length).toBeGreaterThan(40);
  });

  it('has exactly the routes of the access table, sockets and the wires of others aside', () => {
    const table = Object.keys(ACCESS_TABLE).filter((route) => !/ \/ws|\{receiver\}/.test(route));
    expect(documented()).toEqual(table.sort());
  });

  it('names every operation and path parameter once', () => {
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const { parameters = [] } of Object.values(methods)) {
        const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => name);
        const template = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
        expect(inPath).toEqual(template);
      }
    }
  });

  it('holds for every answer to a GET', async () => {
    const names: Record<string, string> = {
      '/api/v1/sources/{name}/rejects': 'one-source',
      '{thread_id}': 'thread-1',
      '{agent_id}': 'planner',
      '{model}': 'openai/gpt-4o',
      '{name}': 'planner',
      '{seq}': '3',
    };
    let checked = 0;
    for (const [path, { get }] of Object.entries(document.paths)) {
      const schema = get?.responses['200']?.content?.['application/json']?.schema;
      if (schema === undefined) continue;
      const name = names[path];
      const url = path.replaceAll(/\{\w+\}/g, (part) => name ?? names[part] ?? part);
      // The one file that has no JSON but its metadata.
      const format = path === '/api/v1/exports/focus' ? 'metadata' : 'json';
      const answer = await kit.get(`${url}?q=planner&format=${format}`);
      expect({ url, status: answer.status }).toEqual({ url, status: 200 });
      const parsed = validatorOf(schema).safeParse(answer.body);
      expect({ url, error: parsed.error?.message }).toEqual({ url, error: undefined });
      checked += 1;
    }
    expect(checked).toBeGreaterThan(30);
  });

  it('would not hold for a wrong answer', () => {
    const schema = document.paths['/api/v1/agents']?.['get']?.responses['200']?.content;
    const validator = validatorOf(schema?.['application/json']?.schema ?? {});
    expect(validator.safeParse({ agents: [], count: 0 }).success).toBe(true);
    expect(validator.safeParse({ agents: [{ name: 1 }], count: 0 }).success).toBe(false);
    expect(validator.safeParse({ agents: [] }).success).toBe(false);
  });

  it('says which parameters are numbers', () => {
    const parameters = document.paths['/api/v1/threads']?.['get']?.parameters ?? [];
    expect(parameters.find(({ name }) => name === 'limit')).toMatchObject({
      in: 'query',
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
    });
  });
});

describe('a problem', () => {
  it.each([
    ['GET', '/api/v1/threads?limit=0', 422],
    ['GET', '/api/v1/agents/nobody', 404],
    ['POST', '/api/v1/organism/stop', 401],
    ['POST', '/api/v1/nothing', 404],
  ])('%s %s has the documented shape', async (method, path, status) => {
    const answer = await kit.request(method, path);
    expect(answer.status).toBe(status);
    expect(
      validatorOf({ $ref: '#/components/schemas/Problem' }).safeParse(answer.body).success,
    ).toBe(true);
    expect(answer.text).not.toContain(TEST_KEY);
  });
});
