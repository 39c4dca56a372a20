import type { z } from 'zod';

import { problemSchema } from '#organism/api/resources.ts';

/** Why a request failed; views choose their words by it, never by `detail`. */
export type ApiErrorCode =
  /** No answer: the server is away, or the browser gave up. */
  | 'unreachable'
  /** An answer that is not what this build expects. */
  | 'unreadable'
  /** This browser has not shown the key. */
  | 'unauthorized'
  | 'not-found'
  /** A parameter or body was refused: 400, 409, 413, 422. */
  | 'refused'
  /** The server cannot know what became of a command: 504. */
  | 'unknown-outcome'
  | 'failed';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** 0 when there was no answer. */
  readonly status: number;
  /** Safe to show. */
  readonly detail: string;

  constructor(code: ApiErrorCode, status: number, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.code = code;
    this.status = status;
    this.detail = detail;
  }
}

export type QueryValue = string | number | boolean | null | undefined | readonly string[];
/** Null, undefined, empty text and empty lists are left out; a list repeats its name. */
export type QueryParams = Readonly<Record<string, QueryValue>>;

export interface ApiRequest {
  readonly params?: QueryParams | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a resource below `/api/v1`. @throws ApiError */
export async function getJson<S extends z.ZodType>(
  schema: S,
  path: string,
  request: ApiRequest = {},
): Promise<z.infer<S>> {
  const url = apiUrl(path, request.params);
  return readAnswer(schema, url, await send(url, { signal: request.signal ?? null }));
}

/** Asks for a change, once: never retried here. @throws ApiError */
export async function postJson<S extends z.ZodType>(
  schema: S,
  path: string,
  request: ApiRequest & { readonly body?: unknown } = {},
): Promise<z.infer<S>> {
  const url = apiUrl(path, request.params);
  const response = await send(url, {
    method: 'POST',
    // The header no foreign page can send: it makes every change a same-origin one.
    headers: { 'content-type': 'application/json', 'x-organoscope': '1' },
    body: JSON.stringify(request.body ?? {}),
    signal: request.signal ?? null,
  });
  return readAnswer(schema, url, response);
}

/** A same-origin address below `/api/v1`, for a request or a link. */
export function apiUrl(path: string, params: QueryParams = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === null || value === undefined || value === '') continue;
    if (typeof value !== 'object') query.append(name, String(value));
    else for (const item of value) query.append(name, item);
  }
  const text = query.toString();
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, credentials: 'same-origin' });
  } catch (error) {
    // An abort is the caller's own doing: it must stay recognisable as one.
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError('unreachable', 0, 'The Organoscope server did not answer.', error);
  }
}

async function readAnswer<S extends z.ZodType>(
  schema: S,
  url: string,
  response: Response,
): Promise<z.infer<S>> {
  const body = await readBody(response);
  if (!response.ok) {
    throw new ApiError(codeOf(response.status), response.status, detailOf(response, body));
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ApiError(
    'unreadable',
    response.status,
    `The server's answer to ${pathOf(url)} is not what this page expects: reload the page.`,
    parsed.error,
  );
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeOf(status: number): ApiErrorCode {
  switch (status) {
    case 401:
    case 403:
      return 'unauthorized';
    case 404:
      return 'not-found';
    case 400:
    case 409:
    case 413:
    case 422:
      return 'refused';
    case 504:
      return 'unknown-outcome';
    default:
      return 'failed';
  }
}

function detailOf(response: Response, body: unknown): string {
  const problem = problemSchema.safeParse(body);
  if (!problem.success) return `The server answered ${response.status}.`;
  const { detail } = problem.data;
  return typeof detail === 'string'
    ? detail
    : `The server refused a value: ${describeList(detail)}`;
}

/** A validation answer lists `{loc, msg}`; anything else is shown as it came. */
function describeList(details: readonly unknown[]): string {
  return details
    .map((item) =>
      typeof item === 'object' && item !== null && 'msg' in item && typeof item.msg === 'string'
        ? `${'loc' in item && Array.isArray(item.loc) ? `${item.loc.join('.')}: ` : ''}${item.msg}`
        : JSON.stringify(item),
    )
    .join('; ');
}

function pathOf(url: string): string {
  return url.split('?')[0] ?? url;
}
