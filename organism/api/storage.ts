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

/** How the store is, for whoever keeps it. */
export const storageSchema = z
  .object({
    bytes,
    schemaVersion: count,
    rows: z.record(z.string(), count),
    disk: diskSchema,
    backups: backupsSchema,
  })
  .meta({ id: 'Storage' });
export type Storage = z.infer<typeof storageSchema>;
