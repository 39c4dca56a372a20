import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';

import next from 'next';

import { ensureBuild } from './build.ts';

/** The Next.js pages of the production build. */
export interface Pages {
  /** Builds if needed and loads the build; until then `handle` says that we are starting. */
  prepare(): Promise<void>;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

export function createPages(root: string, say: (line: string) => void): Pages {
  const app = next({
    dev: false,
    dir: root,
    quiet: true,
    // A server of its own, never listening: Next would put an `upgrade` listener of its own on ours
    // and close our WebSockets after the first page.
    httpServer: new http.Server(),
  });
  let handler: ReturnType<typeof app.getRequestHandler> | null = null;

  return {
    async prepare() {
      await ensureBuild(root, say);
      await app.prepare();
      handler = app.getRequestHandler();
    },
    async handle(request, response) {
      if (handler !== null) return handler(request, response);
      response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '2' });
      response.end(
        'Organoscope is starting: the pages are not ready yet. Try again in a moment.\n',
      );
    },
    async close() {
      if (handler !== null) await app.close();
    },
  };
}
