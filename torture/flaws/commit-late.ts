/** Twenty transactions are one: the first nineteen are acknowledged before they are committed. */
import { wrapPrepare } from './sql-rewrite.ts';

const TRANSACTIONS = 20;
let asked = 0;

wrapPrepare((db, sql, statement) => {
  if (sql === 'BEGIN IMMEDIATE') {
    return { run: () => (db.inTransaction ? undefined : statement.run()) };
  }
  if (sql !== 'COMMIT') return statement;
  return {
    run() {
      asked += 1;
      return asked % TRANSACTIONS === 0 ? statement.run() : undefined;
    },
  };
});
