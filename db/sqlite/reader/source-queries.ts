import { z } from 'zod';

import type { Page, SourceCounts, Store, StoredReject } from '#db/store.ts';

import { storedName } from '../stored-text.ts';
import type { Param, Statements } from './statements.ts';

const lastRejectSchema = z.object({
  id: z.number(),
  reason: z.enum(['invalid-json', 'too-large', 'too-deep', 'invalid-event', 'conflict']),
  detail: z.string(),
  sample: z.string(),
  receivedAt: z.number(),
});

interface SourceRow {
  readonly id: number;
  readonly name: string;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly lastReceivedAt: number | null;
  readonly lastReject: string | null;
}

export function sourceCounts(statements: Statements): SourceCounts[] {
  const rows = statements.all<SourceRow>(
    `SELECT id, name, accepted, duplicate, rejected, last_received_at AS lastReceivedAt,
       last_reject AS lastReject FROM sources ORDER BY name`,
  );
  return rows.map(({ id, name, lastReject, ...counts }) => ({
    source: name,
    ...counts,
    received: counts.accepted + counts.duplicate + counts.rejected,
    lastReject:
      lastReject === null
        ? null
        : { ...lastRejectSchema.parse(JSON.parse(lastReject)), source: name },
    redactions: redactionsOf(statements, id),
  }));
}

function redactionsOf(statements: Statements, sourceId: number): Record<string, number> {
  const rows = statements.all<{ label: string; count: number }>(
    'SELECT label, count FROM redactions WHERE source_id = ?',
    [sourceId],
  );
  return Object.fromEntries(rows.map(({ label, count }) => [label, count]));
}

export function listRejects(
  statements: Statements,
  { source, limit, offset }: Parameters<Store['listRejects']>[0],
): Page<StoredReject> {
  const where = source === undefined ? 'true' : 's.name = ?';
  const params: Param[] = source === undefined ? [] : [storedName(source)];
  const from = `FROM quarantine q JOIN sources s ON s.id = q.source_id WHERE ${where}`;
  const rows = statements.all<StoredReject>(
    `SELECT q.id, s.name AS source, q.reason, q.detail, q.sample, q.received_at AS receivedAt
     ${from} ORDER BY q.id DESC LIMIT ? OFFSET ?`,
    [...params, limit, offset],
  );
  const count = statements.get<{ total: number }>(`SELECT count(*) AS total ${from}`, params);
  return { rows, total: count?.total ?? 0 };
}

export function getCursor(statements: Statements, source: string, name: string): string | null {
  const row = statements.get<{ value: string }>(
    `SELECT c.value FROM cursors c JOIN sources s ON s.id = c.source_id
     WHERE s.name = ? AND c.name = ?`,
    [storedName(source), name],
  );
  return row?.value ?? null;
}
