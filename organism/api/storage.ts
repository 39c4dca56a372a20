import { z } from 'zod';

const bytes = z.number().int().min(0);
const count = z.number().int().min(0);
const instant = z.number();

/** The disk the store is on. */
export const diskSchema = z.object({
  level: z.enum(['ok', 'low', 'full']),
  /** What may still be written; null where it cannot be told. */
  freeBytes: bytes.nullable(),
  warnBytes: bytes,
  refuseBytes: bytes,
});

const backupsSchema = z.object({
  /** Null: none is scheduled. */
  everyMs: count.nullable(),
  isRunning: z.boolean(),
  last: z.object({ at: instant, file: z.string(), bytes }).nullable(),
  nextAt: instant.nullable(),
  succeeded: count,
  failed: count,
  lastFailure: z.string().nullable(),
});

/** What is no longer kept; `keepMs` is null for what is kept for ever from now on. */
const retentionSchema = z.object({
  kind: z.enum(['payloads', 'messages', 'errors', 'usage']),
  keepMs: count.nullable(),
  /** Events let go, for ever. */
  pruned: count,
  /** When the newest of them was received; null when nothing was let go yet. */
  receivedBefore: instant.nullable(),
});
export type Retention = z.infer<typeof retentionSchema>;

/** How the store is, for whoever keeps it. */
export const storageSchema = z
  .object({
    bytes,
    schemaVersion: count,
    rows: z.record(z.string(), count),
    disk: diskSchema,
    backups: backupsSchema,
    retention: z.array(retentionSchema),
  })
  .meta({ id: 'Storage' });
export type Storage = z.infer<typeof storageSchema>;
