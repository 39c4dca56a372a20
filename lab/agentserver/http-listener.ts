import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

import { refuseUnauthorized } from './authorization.ts';
import { answerPreflight, crossOriginHeaders } from './cross-origin.ts';
import { problem, serverError, type Reply } from './http-reply.ts';
import { createRouter, type Route } from './router.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Answers REST requests; the key, when there is one, guards every POST before its body. */
export function createHttpListener(routes: readonly Route[], key: string | null): RequestListener {
  const match = createRouter(routes);

  async function answer(request: IncomingMessage): Promise<Reply> {
    const { method = 'GET', headers } = request;
    const requestedMethod = headers['access-control-request-method'];
    const preflight = answerPreflight(method, headers.origin, requestedMethod);
    if (preflight !== null) return preflight;
    const url = request.url ?? '/';
    const cut = url.indexOf('?');
    const path = cut === -1 ? url : url.slice(0, cut);
    const search = cut === -1 ? '' : url.slice(cut);
    const found = match(method, path);
    if (found.kind === 'reply') return found.reply;
    if (found.kind === 'redirect') {
      const location = `http://${headers.host ?? 'localhost'}${found.path}${search}`;
      return { status: 307, body: '', headers: { location } };
    }
    if (method === 'POST') {
      const refusal = refuseUnauthorized(key, headers.authorization);
      if (refusal !== null) return refusal;
    }
    const body = method === 'POST' ? await readBody(request) : null;
    if (body === 'too large') return problem(413, 'Request body too large');
    const { route, params } = found;
    return route.handle({ params, query: new URLSearchParams(search), body: body?.text ?? null });
  }

  return (request, response) => {
    answer(request)
      .catch(() => serverError())
      .then((reply) => write(request, response, reply))
      .catch(() => response.destroy());
  };
}

function write(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, {
    server: 'organoscope-lab',
    'content-length': body.length,
    ...reply.headers,
    ...crossOriginHeaders(request.headers.origin),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function readBody(request: IncomingMessage): Promise<{ text: string | null } | 'too large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY_BYTES) return 'too large';
    chunks.push(bytes);
  }
  return { text: size === 0 ? null : Buffer.concat(chunks).toString() };
}
