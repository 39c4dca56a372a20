import type { CommandOutcome, CommandRecord } from '#db/store.ts';

import type { Connection } from '../connection.ts';

export interface CommandLog {
  begin(command: CommandRecord): number;
  finish(id: number, outcome: CommandOutcome): void;
}

export function createCommandLog(db: Connection): CommandLog {
  const insert = db.prepare(
    `INSERT INTO commands (organism_id, source, command, target, body, actor, requested_at,
       outcome, status, answer, finished_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'requested', NULL, '', NULL)`,
  );
  const update = db.prepare(
    'UPDATE commands SET outcome = ?, status = ?, answer = ?, finished_at = ? WHERE id = ?',
  );
  return {
    begin(command) {
      const { organismId, source, target, body, actor, requestedAt } = command;
      return Number(
        insert.run([organismId, source, command.command, target, body, actor, requestedAt])
          .lastInsertRowid,
      );
    },
    finish(id, { outcome, status, answer, finishedAt }) {
      update.run([outcome, status, answer, finishedAt, id]);
    },
  };
}
