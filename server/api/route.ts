import type { IncomingMessage } from 'node:http';

import type { Context } from 'hono';
import { z } from 'zod';

import { MAX_JSON_DEPTH, jsonDepth } from '../safety/json-depth.ts';
import type { FieldIssue } from './problem.ts';
import { Problem } from './problem.ts';
import { readBody } from './request-body.ts';

/** No command of ours is longer; what is, is an attack or a mistake. */
const MAX_BODY_BYTES = 1 << 20;

export interface ApiEnv {
  readonly Bindings: { readonly incoming: IncomingMessage };
}

/** What a handler gets: checked, typed, and who asks. */
export interface RouteInput<Q, B> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  readonly body: B;
  readonly actor: 'anonymous' | 'key' | 'session';
  readonly request: IncomingMessage;
}

interface RouteSpec<Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType> {
  readonly method: 'GET' | 'POST';
  /** As OpenAPI spells it: `/api/v1/threads/{thread_id}`. */
  readonly path: string;
  readonly summary: string;
  /** Query parameters that may be repeated: their schemas take arrays. */
  readonly lists?: readonly string[] | undefined;
  readonly query: Q;
  readonly body?: B | undefined;
  /** Content types of a body that the handler reads itself, and what each holds. */
  readonly accepts?: Readonly<Record<string, z.ZodType>> | undefined;
  readonly answer: A;
  /** Other statuses this route answers with, besides those every route may. */
  readonly problems?: readonly number[] | undefined;
  /** Statuses besides 200 that carry the answer itself. */
  readonly alsoAnswers?: readonly number[] | undefined;
  /** The content types when it is not JSON alone. */
  readonly contentTypes?: readonly string[] | undefined;
  readonly handle: (
    input: RouteInput<z.output<Q>, z.output<B>>,
  ) => z.output<A> | Response | Promise<z.output<A> | Response>;
}

/** One route as the server, the access table and the OpenAPI document see it. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** `GET /api/v1/threads/{thread_id}`: its line in the access table. */
  readonly key: string;
  readonly summary: string;
  readonly query: z.ZodObject;
  readonly accepts: Readonly<Record<string, z.ZodType>>;
  readonly answer: z.ZodType;
  readonly problems: readonly number[];
  readonly alsoAnswers: readonly number[];
  readonly contentTypes: readonly string[];
  respond(c: Context<ApiEnv>, actor: RouteInput<never, never>['actor']): Promise<Response>;
}

/** Declares a route once: registration, validation and documentation all come from it. */
export function defineRoute<Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>(
  spec: RouteSpec<Q, B, A>,
): Route {
  const { method, path, query, body, answer, summary } = spec;
  return {
    method,
    path,
    key: `${method} ${path}`,
    summary,
    query,
    accepts: spec.accepts ?? (body === undefined ? {} : { 'application/json': body }),
    answer,
    problems: spec.problems ?? [],
    alsoAnswers: spec.alsoAnswers ?? [],
    contentTypes: spec.contentTypes ?? ['application/json'],
    async respond(c, actor) {
      const input = {
        params: c.req.param(),
        query: parse(query, readQuery(c, spec.lists ?? []), 'query'),
        body: await parseBody(c, body),
        actor,
        request: c.env.incoming,
      };
      const result = await spec.handle(input);
      return result instanceof Response ? result : Response.json(result);
    },
  };
}

/** Of a repeated single parameter the last one counts, as in the contract's server. */
function readQuery(c: Context<ApiEnv>, lists: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(c.req.queries());
  return Object.fromEntries(
    entries.map(([name, values]) => [name, lists.includes(name) ? values : values.at(-1)]),
  );
}

async function parseBody<B extends z.ZodType>(
  c: Context<ApiEnv>,
  schema: B | undefined,
): Promise<z.output<B>>;
async function parseBody(c: Context<ApiEnv>, schema: z.ZodType | undefined): Promise<unknown> {
  if (schema === undefined) return undefined;
  const text = (await readBody(c.env.incoming, MAX_BODY_BYTES)).toString('utf8');
  if (text === '') {
    throw new Problem('invalid', [
      { type: 'missing', loc: ['body'], msg: 'Field required', input: null },
    ]);
  }
  if (jsonDepth(text) > MAX_JSON_DEPTH) {
    const msg = `The body nests deeper than ${MAX_JSON_DEPTH} levels`;
    throw new Problem('invalid', [{ type: 'too_deep', loc: ['body'], msg }]);
  }
  return parse(schema, parseJson(text), 'body');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const error = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('invalid', [
      { type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error', ctx: { error } },
    ]);
  }
}

/** @throws Problem `invalid` in the contract's words */
export function parse<S extends z.ZodType>(
  schema: S,
  raw: unknown,
  place: 'query' | 'body',
): z.output<S> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new Problem(
    'invalid',
    parsed.error.issues.map((issue) => toFieldIssue(issue, raw, place)),
  );
}

const customParams = z.object({
  type: z.string(),
  ctx: z.record(z.string(), z.unknown()).optional(),
});

/** Says a zod complaint as the contract's server would. */
function toFieldIssue(issue: z.core.$ZodIssue, raw: unknown, place: 'query' | 'body'): FieldIssue {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const loc = [place, ...path];
  const input = valueAt(raw, path);
  if (issue.code === 'custom') {
    const { data } = customParams.safeParse(issue.params);
    const ctx = data?.ctx === undefined ? {} : { ctx: data.ctx };
    return { type: data?.type ?? 'value_error', loc, msg: issue.message, input, ...ctx };
  }
  if (input === undefined && path.length > 0) {
    const parent = valueAt(raw, path.slice(0, -1));
    return { type: 'missing', loc, msg: 'Field required', input: parent };
  }
  if (issue.code === 'invalid_type' && ['record', 'object'].includes(issue.expected)) {
    return { type: 'dict_type', loc, msg: 'Input should be a valid dictionary', input };
  }
  if (issue.code === 'invalid_type') {
    const type = `${issue.expected}_type`;
    return { type, loc, msg: `Input should be a valid ${issue.expected}`, input };
  }
  return { type: issue.code, loc, msg: issue.message, input };
}

function valueAt(raw: unknown, path: readonly (string | number)[]): unknown {
  let value = raw;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === String(part))?.[1];
  }
  return value;
}
