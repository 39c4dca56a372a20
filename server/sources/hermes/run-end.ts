import type { DraftOf, EventDraft } from '#organism/event.ts';

import { clip, errorDraft, USER } from '../drafts.ts';
import type { RunContext } from './run-context.ts';
import { countTokens } from './tokens.ts';
import type { RunEvent } from './wire.ts';

/** The last that is told of a run, whatever tells it. */
export type RunEnd = Pick<RunEvent, 'event'> &
  Partial<Pick<RunEvent, 'error' | 'output' | 'usage'>>;

interface Ending {
  readonly at: number;
  readonly lastText: string;
  readonly hasSaid: boolean;
  readonly isBusy: boolean;
}

/** What the last event of a run becomes. */
export function endDrafts(run: RunContext, event: RunEnd, ending: Ending): EventDraft[] {
  const { at, isBusy } = ending;
  const { usage } = usageDraft(run, event.usage, at);
  const drafts: EventDraft[] = usage === null ? [] : [usage];
  const rest = isBusy ? 'processing' : 'idle';
  if (event.event === 'run.failed') {
    const text = typeof event.error === 'string' ? event.error : 'the run failed';
    const { sessionId, agent } = run.facts;
    return [
      ...drafts,
      errorDraft({ key: run.key('error'), at, threadId: clip(sessionId), agent, text }),
      run.thread('error', at, text),
      run.state(isBusy ? 'processing' : 'error', at),
    ];
  }
  const isCompleted = event.event === 'run.completed';
  if (isCompleted) drafts.push(...outputDrafts(run, event, ending));
  return [...drafts, run.thread(isCompleted ? 'completed' : 'killed', at), run.state(rest, at)];
}

/** The output repeats the text told last. A run that ends with none may hide a failure: say so. */
function outputDrafts(run: RunContext, event: RunEnd, ending: Ending): EventDraft[] {
  const text = event.output ?? '';
  const isTold = text.trim() === ending.lastText.trim();
  if (text !== '' ? isTold : ending.hasSaid) return [];
  const payload = text === '' ? { text, note: 'completed, empty' } : { text };
  const { agent: from } = run.facts;
  return [run.message('output', ending.at, { from, to: USER, payloadType: 'text', payload })];
}

/** Nothing tells how it ended. */
export function unknownEndDrafts(
  run: RunContext,
  reason: string,
  { at, since, isBusy }: { readonly at: number; readonly since: number; readonly isBusy: boolean },
): EventDraft[] {
  return [
    run.thread('unknown', at, reason),
    run.state(isBusy ? 'processing' : 'idle', at),
    {
      type: 'gap',
      key: run.key('gap'),
      occurredAt: at,
      what: 'events',
      from: since === 0 ? null : since,
      to: null,
      reason: `run ${run.facts.runId}: ${reason}`,
    },
  ];
}

/** The counters are the run's own; `detail` says what is wrong with them. */
export function usageDraft(
  run: RunContext,
  counts: RunEvent['usage'],
  at: number,
): { usage: DraftOf<'usage'> | null; detail: string | null } {
  const { facts } = run;
  const counted = countTokens(counts, `run ${facts.runId}: usage`);
  if (counted.kind !== 'tokens') {
    return { usage: null, detail: counted.kind === 'wrong' ? counted.detail : null };
  }
  const usage: DraftOf<'usage'> = {
    type: 'usage',
    key: `hermes:${facts.instance}:${facts.runId}`,
    occurredAt: at,
    id: facts.runId,
    threadId: clip(facts.sessionId),
    agent: facts.agent,
    model: facts.model,
    provider: facts.provider,
    org: null,
    user: null,
    tokens: counted.tokens,
    notReported: ['cacheRead', 'cacheWrite', 'reasoning'],
    latencyMs: null,
    reportedCostNanos: null,
  };
  return { usage, detail: null };
}
