/** The real server without pages, for tests that start and kill it often: no build is needed. */
import { main } from '../main.ts';
import type { Pages } from '../pages.ts';

const NO_PAGES: Pages = {
  prepare: () => Promise.resolve(),
  handle(_request, response) {
    response.writeHead(404).end();
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
};

await main(process.argv.slice(2), process.env, () => NO_PAGES);
