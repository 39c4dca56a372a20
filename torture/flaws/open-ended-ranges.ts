/** Off by one: the last instant of a range, which the contract includes, is left out. */
import { rewriteSource } from './source-rewrite.ts';

rewriteSource('server/api/parameters.ts', [['end + MICROSECOND_MS', 'end']]);
