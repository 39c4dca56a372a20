/** A commit is acknowledged before the disk has it. */
import { rewriteSql } from './sql-rewrite.ts';

rewriteSql([[/synchronous = FULL/, 'synchronous = NORMAL']]);
