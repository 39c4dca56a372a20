import type { Pages } from '../pages.ts';

/** For a server that is tested without pages: no build is needed. */
export const NO_PAGES: Pages = {
  prepare: () => Promise.resolve(),
  handle(_request, response) {
    response.writeHead(404).end();
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
};
