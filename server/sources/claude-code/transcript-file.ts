import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import type { DraftOf } from '#organism/event.ts';

import { clip, factsOnce, isWorldwide, repeatable } from '../drafts.ts';
import { hourField } from '../hour-writes.ts';
import { loadProgress, progressCursor, readOn } from '../session-files/progress.ts';
import type { Progress } from '../session-files/progress.ts';
import type { SessionFile } from '../session-files/session-files.ts';
import type { Delivery, SourceDeps } from '../source.ts';
import type { Call } from './call-schema.ts';
import { providerOf } from './calls.ts';
import { usageKey } from './keys.ts';
import type { FileState } from './transcript-reader.ts';
import { fileStateSchema, newFile, readTranscriptLines, settleCalls } from './transcript-reader.ts';
import { readTranscriptLine } from './transcript-wire.ts';

/** A call that says it has ended may still be told again by a line of the same answer. */
const ENDED_MS = 2000;
/** One that does not may be at work: a long text or file is one line, written when it is whole. */
const QUIET_MS = 600_000;

export interface TranscriptDeps extends Pick<SourceDeps, 'getCursor' | 'now'> {
  readonly deliver: (delivery: Delivery) => Promise<unknown>;
  readonly isStopped: () => boolean;
}

/**
 * Reads what a transcript has more than at the last reading.
 * @returns whether nothing is left to do before the file changes
 */
export async function readTranscript(file: SessionFile, deps: TranscriptDeps): Promise<boolean> {
  const { getCursor, isStopped } = deps;
  const begin = () => beginFile(file);
  const left = await loadProgress(file, fileStateSchema, { getCursor, begin });
  const progress = await readOn(file, left, {
    isStopped,
    async take({ lines, offset, isSkipping }, before) {
      const read = lines.map((line) => readTranscriptLine(line));
      const { drafts, rejects, calls, state } = readTranscriptLines(read, before.state);
      const next = { offset, isSkipping, state };
      await hand({ drafts, rejects, cursors: progressCursor(file, next) }, calls, deps);
      return next;
    },
  });
  const open = Object.values(progress.state.open);
  if (open.length === 0) return true;
  const waitMs = open.every(({ isEnded }) => isEnded) ? ENDED_MS : QUIET_MS;
  if (isStopped() || deps.now() - file.changedAt < waitMs) return false;
  const { state, calls } = settleCalls(progress.state);
  const settled: Progress<FileState> = { ...progress, state };
  await hand({ drafts: [], cursors: progressCursor(file, settled) }, calls, deps);
  return true;
}

async function beginFile(file: SessionFile): Promise<FileState> {
  const stem = file.name.replace(/^.*\//, '').replace(/\.jsonl$/, '');
  return newFile(stem, await kindOf(file), file.changedAt);
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
  { drafts, rejects = [], cursors }: Delivery,
  calls: readonly Call[],
  deps: TranscriptDeps,
): Promise<void> {
  const billed = await firstTold(calls, deps.getCursor);
  await deps.deliver({
    drafts: [...factsOnce(drafts), ...billed.calls.map((call) => usageDraft(call))],
    rejects,
    cursors: { ...billed.cursors, ...cursors },
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
  const { messageId, requestId, session, model, promptId, cacheWrite1h } = call;
  const { cacheWrite5m, webSearches } = call;
  const facts = { messageId, promptId, cacheWrite5m, cacheWrite1h, webSearches };
  return repeatable({
    type: 'usage',
    key: usageKey(session, requestId ?? messageId),
    occurredAt: call.at,
    id: clip(requestId ?? messageId),
    threadId: session,
    agent: call.agent,
    model,
    provider: providerOf(model),
    org: null,
    user: null,
    tokens: call.tokens,
    ...hourField(cacheWrite1h ?? 0, call.tokens.cacheWrite),
    notReported: ['reasoning'],
    latencyMs: null,
    reportedCostNanos: call.reportedCostNanos,
    metadata: Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null)),
  });
}
