import { open, readFile } from 'node:fs/promises';

import { z } from 'zod';

import type { DraftOf } from '#organism/event.ts';

import { factsOnce, isWorldwide, repeatable } from '../drafts.ts';
import { readChunk } from '../session-files/file-chunk.ts';
import type { SessionFile } from '../session-files/session-files.ts';
import type { Delivery, SourceDeps } from '../source.ts';
import type { Call } from './calls.ts';
import { providerOf } from './calls.ts';
import { usageKey } from './keys.ts';
import type { FileState } from './transcript-reader.ts';
import { fileStateSchema, newFile, readTranscriptLines, settleCalls } from './transcript-reader.ts';
import { readTranscriptLine } from './transcript-wire.ts';

/** Where a file was left, saved with what was read of it. */
const progressSchema = z.object({
  offset: z.number().int().min(0),
  isSkipping: z.boolean(),
  state: fileStateSchema,
});
type Progress = z.infer<typeof progressSchema>;

/** A call that says it has ended may still be told again by a line of the same answer. */
const ENDED_MS = 2000;
/** One that does not may be at work: a long text or file is one line, written when it is whole. */
const QUIET_MS = 600_000;

export interface TranscriptDeps extends Pick<SourceDeps, 'deliver' | 'getCursor' | 'now'> {
  readonly isStopped: () => boolean;
}

/**
 * Reads what a transcript has more than at the last reading. Nothing is kept in memory: the place in
 * the file and what is known of it come from the store, where they went with the drafts.
 * @returns whether nothing is left to do before the file changes
 */
export async function readTranscript(file: SessionFile, deps: TranscriptDeps): Promise<boolean> {
  const cursor = `file:${file.name}`;
  const saved = await deps.getCursor(cursor);
  const left = saved === null ? null : progressSchema.parse(JSON.parse(saved));
  // Shorter than what was read: it was written anew. What is known of it is known by its keys.
  const isAnew = left === null || file.size < left.offset;
  let progress: Progress = isAnew ? await begin(file) : left;
  if (file.size !== progress.offset) progress = await readOn(file, progress, deps);
  const open = Object.values(progress.state.open);
  if (open.length === 0) return true;
  const waitMs = open.every(({ isEnded }) => isEnded) ? ENDED_MS : QUIET_MS;
  if (deps.isStopped() || deps.now() - file.changedAt < waitMs) return false;
  const { state, calls } = settleCalls(progress.state);
  await hand({ drafts: [], rejects: [] }, calls, { ...progress, state }, { cursor, deps });
  return true;
}

async function readOn(file: SessionFile, from: Progress, deps: TranscriptDeps): Promise<Progress> {
  const cursor = `file:${file.name}`;
  const handle = await open(file.path);
  let progress = from;
  try {
    while (!deps.isStopped()) {
      const chunk = await readChunk(handle, progress);
      if (chunk.offset === progress.offset) return progress;
      const lines = chunk.lines.map((line) => readTranscriptLine(line));
      const { drafts, rejects, calls, state } = readTranscriptLines(lines, progress.state);
      const { offset, isSkipping } = chunk;
      progress = { offset, isSkipping, state };
      await hand({ drafts, rejects }, calls, progress, { cursor, deps });
    }
    return progress;
  } finally {
    await handle.close();
  }
}

async function begin(file: SessionFile): Promise<Progress> {
  const stem = file.name.replace(/^.*\//, '').replace(/\.jsonl$/, '');
  const state: FileState = newFile(stem, await kindOf(file), file.changedAt);
  return { offset: 0, isSkipping: false, state };
}

const metaSchema = z.looseObject({ agentType: z.string().min(1).max(100) });

/** Newer builds say beside a sub-agent's file what kind of agent it is. */
async function kindOf({ path }: SessionFile): Promise<string | null> {
  try {
    const meta: unknown = JSON.parse(
      await readFile(path.replace(/\.jsonl$/, '.meta.json'), 'utf8'),
    );
    return metaSchema.safeParse(meta).data?.agentType ?? null;
  } catch {
    return null;
  }
}

async function hand(
  { drafts, rejects = [] }: Delivery,
  calls: readonly Call[],
  progress: Progress,
  { cursor, deps }: { readonly cursor: string; readonly deps: TranscriptDeps },
): Promise<void> {
  const billed = await firstTold(calls, deps.getCursor);
  const cursors = { ...billed.cursors, [cursor]: JSON.stringify(progress) };
  await deps.deliver({
    drafts: [...factsOnce(drafts), ...billed.calls.map((call) => usageDraft(call))],
    rejects,
    cursors,
  });
}

/**
 * A resumed session repeats calls of an earlier one under its own name. Ids of the API are the same
 * key in both; of a call with shorter ones the first session is remembered.
 */
async function firstTold(
  calls: readonly Call[],
  getCursor: SourceDeps['getCursor'],
): Promise<{ readonly calls: Call[]; readonly cursors: Record<string, string> }> {
  const first: Call[] = [];
  const cursors: Record<string, string> = {};
  for (const call of calls) {
    const name = `call:${call.messageId}:${call.requestId ?? ''}`;
    const isNamedByKey = isWorldwide(call.requestId ?? call.messageId);
    const session = isNamedByKey ? null : (cursors[name] ?? (await getCursor(name)));
    if (session !== null && session !== call.session) continue;
    if (!isNamedByKey) cursors[name] = call.session;
    first.push(call);
  }
  return { calls: first, cursors };
}

function usageDraft(call: Call): DraftOf<'usage'> {
  const { messageId, requestId, session, model, promptId, cacheWrite5m, cacheWrite1h } = call;
  const facts = { messageId, promptId, cacheWrite5m, cacheWrite1h };
  return repeatable({
    type: 'usage',
    key: usageKey(session, requestId ?? messageId),
    occurredAt: call.at,
    id: (requestId ?? messageId).slice(0, 256),
    threadId: session,
    agent: call.agent,
    model,
    provider: providerOf(model),
    org: null,
    user: null,
    tokens: call.tokens,
    notReported: ['reasoning'],
    latencyMs: null,
    reportedCostNanos: call.reportedCostNanos,
    metadata: Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null)),
  });
}
