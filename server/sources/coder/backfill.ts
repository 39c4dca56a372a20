import { z } from 'zod';

import { WEEK_MS } from '#organism/durations.ts';

import { RestError } from '../upstream/rest-client.ts';
import type { BridgeReader, SessionRows, StartWindow } from './bridge-reader.ts';

/** How far a first reading has come. */
const progressSchema = z.object({
  /** Sessions started before it are read; null: none yet. */
  to: z.number().nullable(),
  /** The newest activity when it began: reading goes on from there. */
  watermark: z.number(),
});
type BackfillProgress = z.infer<typeof progressSchema>;

/**
 * A first reading of a deployment with more sessions than a page has. Rows move between pages while
 * they are read, so it goes by the week in which sessions were started, oldest first: what is read
 * stays read whatever happens meanwhile, and no more than a week of them is in memory.
 */
export async function readByWeeks(deps: {
  bridge: Pick<BridgeReader, 'sessions' | 'oldestStart'>;
  now: () => number;
  isStopped: () => boolean;
  /** As it was saved; null: it begins. */
  saved: string | null;
  /** Stores what was read and how far that is. */
  take: (rows: SessionRows, progress: BackfillProgress) => Promise<void>;
}): Promise<'done' | 'stopped' | 'not offered'> {
  const { bridge, isStopped, take } = deps;
  const progress = await begin(deps);
  const oldest = progress.to ?? (await bridge.oldestStart());
  if (oldest === null) return 'not offered';
  for (const window of weeksFrom(oldest, progress.to, deps.now())) {
    if (isStopped()) return 'stopped';
    const rows = await readWindow(bridge, window);
    if (rows === null) return 'not offered';
    await take(rows, { ...progress, to: window.before });
  }
  return isStopped() ? 'stopped' : 'done';
}

async function begin({
  bridge,
  saved,
}: Pick<Parameters<typeof readByWeeks>[0], 'bridge' | 'saved'>): Promise<BackfillProgress> {
  if (saved !== null) return progressSchema.parse(JSON.parse(saved));
  const { rows } = await bridge.sessions({ maxPages: 1 });
  return { to: null, watermark: rows[0]?.last_active_at ?? 0 };
}

/** Each begins a millisecond early, as nobody says on which side its ends are. */
function weeksFrom(oldest: number, from: number | null, now: number): StartWindow[] {
  const windows: StartWindow[] = [];
  let after = from === null ? null : from - 1;
  for (let before = oldest + WEEK_MS; before < now; before += WEEK_MS) {
    windows.push({ after, before });
    after = before - 1;
  }
  return [...windows, { after, before: null }];
}

/** Null: the deployment does not know how to search so. */
async function readWindow(
  bridge: Pick<BridgeReader, 'sessions'>,
  started: StartWindow,
): Promise<SessionRows | null> {
  try {
    return await bridge.sessions({ started });
  } catch (error) {
    if (error instanceof RestError && error.status === 400) return null;
    throw error;
  }
}
