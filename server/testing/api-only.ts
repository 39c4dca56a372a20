/** The real server without pages, for tests that start and kill it often: no build is needed. */
import { main } from '../main.ts';
import { NO_PAGES } from './no-pages.ts';

await main(process.argv.slice(2), process.env, () => NO_PAGES);
