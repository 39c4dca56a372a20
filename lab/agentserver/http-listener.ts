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
    const { path, search } = splitUrl(request.url ?? '/');
    const found = match(method, path);
    switch (found.kind) {
      case 'reply':
        return found.reply;
      case 'redirect':
        return redirectTo(`http://${headers.host ?? 'localhost'}${found.path}${search}`);
      case 'route': {
        const query = new URLSearchParams(search);
        if (method !== 'POST')
          return found.route.handle({ params: found.params, query, body: null });
        const refusal = refuseUnauthorized(key, headers.authorization);
        if (refusal !== null) return refusal;
        const body = await readBody(request);
        if (body === 'too large') return problem(413, 'Request body too large');
        return found.route.handle({ params: found.params, query, body: body.text });
      }
    }
  }

  return (request, response) => {
    answer(request)
      .catch(() => serverError())
      .then((reply) => write(request, response, reply))
      .catch(() => response.destroy());
  };
}

function splitUrl(url: string): { path: string; search: string } {
  const cut = url.indexOf('?');
  return cut === -1
    ? { path: url, search: '' }
    : { path: url.slice(0, cut), search: url.slice(cut) };
}

function redirectTo(location: string): Reply {
  return { status: 307, body: '', headers: { location } };
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
