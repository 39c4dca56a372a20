/** The same (source, key) twice is two events: nobody looks whether a key was used before. */
import { rewriteSql } from './sql-rewrite.ts';

rewriteSql([
  [/AS sourceId, key FROM journal WHERE seq/, 'AS sourceId, key FROM journal WHERE 0 AND seq'],
]);
