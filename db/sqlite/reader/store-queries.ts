import type {
  CommandOutcome,
  CommandRecord,
  Page,
  Store,
  StoreDescription,
  StoredOrganism,
} from '#db/store.ts';
import type { OrganismSnapshot } from '#organism/snapshot.ts';
import { organismSnapshotSchema } from '#organism/snapshot.ts';

import type { StoreFiles } from '../store-files.ts';
import { sizeOf } from '../store-files.ts';
import { storedName } from '../stored-text.ts';
import type { Statements } from './statements.ts';

export function listOrganisms(statements: Statements): StoredOrganism[] {
  return statements.all<StoredOrganism>(
    `SELECT o.name AS organismId, s.name AS source, o.title AS name, o.last_seq AS lastSeq,
       o.last_received_at AS lastReceivedAt
     FROM organisms o JOIN sources s ON s.id = o.source_id ORDER BY o.id`,
  );
}

/** Snapshots this build can read; for the others the journal is replayed. */
export function loadSnapshots(
  statements: Statements,
  organismIds: readonly string[],
): OrganismSnapshot[] {
  return organismIds.flatMap((organismId) => {
    const row = statements.get<{ body: string }>(
      'SELECT body FROM snapshots WHERE organism_id = ?',
      [storedName(organismId)],
    );
    const snapshot = organismSnapshotSchema.safeParse(JSON.parse(row?.body ?? 'null'));
    return snapshot.success ? [snapshot.data] : [];
  });
}

export function listCommands(
  statements: Statements,
  { limit, offset }: Parameters<Store['listCommands']>[0],
): Page<CommandRecord & { id: number } & CommandOutcome> {
  const rows = statements.all<CommandRecord & { id: number } & CommandOutcome>(
    `SELECT id, organism_id AS organismId, source, command, target, body, actor,
       requested_at AS requestedAt, outcome, status, answer, finished_at AS finishedAt
     FROM commands ORDER BY id DESC LIMIT ? OFFSET ?`,
    [limit, offset],
  );
  return { rows, total: countRows(statements, 'commands') };
}

export function describe(statements: Statements, files: StoreFiles): StoreDescription {
  const sums = statements.get<{ events: number; messages: number; errors: number }>(
    `SELECT coalesce(sum(events), 0) AS events, coalesce(sum(messages), 0) AS messages,
       coalesce(sum(errors), 0) AS errors FROM organisms`,
  );
  // The large tables keep count; counting them would read them through.
  const usage = statements.get<{ requests: number }>(
    'SELECT coalesce(sum(requests), 0) AS requests FROM usage_day_org',
  );
  const small = ['organisms', 'agents', 'threads', 'sources', 'quarantine', 'commands'];
  return {
    path: files.database,
    bytes: sizeOf(files.database) + sizeOf(files.wal) + sizeOf(files.shm),
    schemaVersion: countRows(statements, '__drizzle_migrations'),
    rows: {
      journal: sums?.events ?? 0,
      messages: sums?.messages ?? 0,
      errors: sums?.errors ?? 0,
      usage: usage?.requests ?? 0,
      ...Object.fromEntries(small.map((table) => [table, countRows(statements, table)])),
    },
  };
}

function countRows(statements: Statements, table: string): number {
  return statements.get<{ total: number }>(`SELECT count(*) AS total FROM ${table}`)?.total ?? 0;
}
