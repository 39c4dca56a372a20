/** The same (source, key) twice is two events. */
import { rewriteSql } from './sql-rewrite.ts';

rewriteSql([
  [/CREATE UNIQUE INDEX `journal_source_key`/, 'CREATE INDEX `journal_source_key`'],
  [/ON CONFLICT \(source_id, key\) DO NOTHING/, ''],
]);
