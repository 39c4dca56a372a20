import { z } from 'zod';

import type { Control } from './control.ts';
import type { ValidationIssue } from './http-params.ts';
import { json, notFound, problem, type Reply } from './http-reply.ts';
import type { Route } from './router.ts';

export function createControlRoutes(control: Control): Route[] {
  return [
    { method: 'POST', path: '/api/v1/inject', handle: ({ body }) => inject(control, body) },
    {
      method: 'POST',
      path: '/api/v1/threads/:id/kill',
      handle: ({ params: [threadId = ''] }) =>
        control.kill(threadId)
          ? json({ success: true, threadId })
          : notFound(`Thread not found: ${threadId}`),
    },
    pauseRoute(control, 'pause'),
    pauseRoute(control, 'resume'),
    {
      method: 'POST',
      path: '/api/v1/organism/reload',
      handle: () => {
        const outcome = control.reload();
        if ('error' in outcome) return problem(500, outcome.error);
        return json({ success: true, ...outcome, error: null });
      },
    },
    {
      method: 'POST',
      path: '/api/v1/organism/stop',
      handle: () => {
        control.stop();
        return json({ success: true, status: 'stopping' });
      },
    },
    {
      method: 'POST',
      path: '/api/v1/usage/reset',
      handle: () => {
        control.resetUsage();
        return json({ success: true, message: 'Usage tracking reset' });
      },
    },
  ];
}

function pauseRoute(control: Control, verb: 'pause' | 'resume'): Route {
  const isPaused = verb === 'pause';
  return {
    method: 'POST',
    path: `/api/v1/agents/:name/${verb}`,
    handle: ({ params: [agent = ''] }) =>
      control.setPaused(agent, isPaused)
        ? json({ success: true, agent, state: isPaused ? 'paused' : 'idle' })
        : notFound(`Agent not found: ${agent}`),
  };
}

function inject(control: Control, body: string | null): Reply {
  const parsed = parseInjection(body);
  if ('issues' in parsed) return problem(422, parsed.issues);
  const injected = control.inject(parsed.injection);
  if (injected === null) return problem(400, `Unknown target agent: ${parsed.injection.to}`);
  return json(injected);
}

type Injection = Parameters<Control['inject']>[0];

const dictionarySchema = z.record(z.string(), z.unknown());

/** Both spellings of the thread's key are read, as recorded. */
function parseInjection(body: string | null): { injection: Injection } | { issues: object[] } {
  if (body === null) return { issues: [missing([], null)] };
  const read = readJson(body);
  if (!read.ok) return { issues: [read.issue] };
  const fields = dictionarySchema.safeParse(read.value);
  if (!fields.success) {
    const msg = 'Input should be a valid dictionary or object to extract fields from';
    return { issues: [{ type: 'model_attributes_type', loc: ['body'], msg, input: read.value }] };
  }
  const { to, payload } = fields.data;
  const threadId = fields.data['threadId'] ?? fields.data['thread_id'] ?? null;
  const dictionary = dictionarySchema.safeParse(payload);
  if (typeof to === 'string' && dictionary.success && isTextOrNull(threadId)) {
    return { injection: { to, payload: dictionary.data, threadId } };
  }
  return {
    issues: [
      ...issueOfText(to, 'to', fields.data),
      ...issueOfPayload(payload, dictionary.success, fields.data),
      ...(threadId === null ? [] : issueOfText(threadId, 'threadId', fields.data)),
    ],
  };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function issueOfText(value: unknown, field: string, input: object): ValidationIssue[] {
  if (value === undefined) return [missing([field], input)];
  if (typeof value === 'string') return [];
  const msg = 'Input should be a valid string';
  return [{ type: 'string_type', loc: ['body', field], msg, input: value }];
}

function issueOfPayload(value: unknown, isDictionary: boolean, input: object): ValidationIssue[] {
  if (value === undefined) return [missing(['payload'], input)];
  if (isDictionary) return [];
  const msg = 'Input should be a valid dictionary';
  return [{ type: 'dict_type', loc: ['body', 'payload'], msg, input: value }];
}

function missing(path: readonly string[], input: unknown): ValidationIssue {
  return { type: 'missing', loc: ['body', ...path], msg: 'Field required', input };
}

type JsonRead =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issue: ValidationIssue };

function readJson(body: string): JsonRead {
  try {
    const value: unknown = JSON.parse(body);
    return { ok: true, value };
  } catch (cause) {
    const position = cause instanceof Error ? /position (\d+)/.exec(cause.message)?.[1] : undefined;
    return {
      ok: false,
      issue: {
        type: 'json_invalid',
        loc: ['body', Number(position ?? 0)],
        msg: 'JSON decode error',
        input: {},
        ctx: { error: 'Expecting property name enclosed in double quotes' },
      },
    };
  }
}
