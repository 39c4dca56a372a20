/** The same (source, key) twice is two events: nobody looks whether a key was used before. */
import { rewriteSql } from './sql-rewrite.ts';

rewriteSql([[/FROM journal WHERE key_hash IN/, 'FROM journal WHERE 0 AND key_hash IN']]);
