import type { EventDraft } from '#organism/event.ts';

import { clip, errorDraft } from '../drafts.ts';
import type { RunContext } from './run-context.ts';
import { countTokens, toNanos } from './tokens.ts';
import type { RunEvent } from './wire.ts';

const MAX_HELPERS = 1000;

/**
 * A helper agent of a run: a child agent, with a thread of its own where the event names one.
 * @param more.helpers names of those told of before in this run: a helper may have helpers
 */
export function subagentDrafts(
  run: RunContext,
  event: RunEvent,
  { helpers, at }: { readonly helpers: Set<string>; readonly at: number },
): EventDraft[] {
  const child = childOf(event);
  const threadId = clip(event.child_session_id ?? run.facts.sessionId);
  const { agent, sessionId } = run.facts;
  const above = clip(event.parent_id ?? '');
  // The root goes by ids of several kinds.
  const parent = helpers.has(above) ? above : agent;
  if (helpers.size < MAX_HELPERS) helpers.add(child);
  const drafts = [
    ...run.cast.agent(child, at, { parent, description: event.goal ?? null }),
    ...run.cast.thread(threadId, at, threadId === clip(sessionId) ? null : sessionId),
  ];
  const { event: kind, timestamp: _at, run_id: _run, ...payload } = event;
  if (kind === 'subagent.start') {
    drafts.push(
      run.message('task', at, { threadId, from: parent, to: child, payloadType: 'task', payload }),
      childState(run, at, { agent: child, state: 'processing', currentThread: threadId }),
    );
    return drafts;
  }
  drafts.push(
    run.message('result', at, {
      threadId,
      from: child,
      to: parent,
      payloadType: 'task_result',
      payload,
    }),
    ...endOfChild(run, event, { child, threadId, at }),
  );
  return drafts;
}

function endOfChild(
  run: RunContext,
  event: RunEvent,
  { child, threadId, at }: { child: string; threadId: string; at: number },
): EventDraft[] {
  const isFailed =
    event.status !== null && event.status !== undefined && event.status !== 'completed';
  const drafts: EventDraft[] = [
    childState(run, at, {
      agent: child,
      state: isFailed ? 'error' : 'idle',
      currentThread: isFailed ? threadId : null,
    }),
  ];
  if (threadId !== clip(run.facts.sessionId)) {
    drafts.push({
      type: 'thread_updated',
      key: run.key('child-thread'),
      occurredAt: at,
      threadId,
      status: isFailed ? 'error' : 'completed',
    });
  }
  if (isFailed) {
    const text = `subagent ${event.status ?? ''}: ${event.summary ?? ''}`;
    drafts.push(errorDraft({ key: run.key('error'), at, threadId, agent: child, text }));
  }
  const counted = countTokens(event, 'subagent.complete');
  if (counted.kind === 'tokens') {
    drafts.push({
      type: 'usage',
      key: `hermes:${run.facts.instance}:${run.facts.runId}:${child}`,
      occurredAt: at,
      threadId,
      agent: child,
      model: clip(event.model ?? run.facts.model),
      provider: run.facts.provider,
      org: null,
      user: null,
      tokens: counted.tokens,
      notReported: ['cacheRead', 'cacheWrite'],
      latencyMs: null,
      reportedCostNanos: toNanos(event.cost_usd),
    });
  }
  return drafts;
}

function childState(
  run: RunContext,
  at: number,
  facts: { agent: string; state: string; currentThread: string | null },
): EventDraft {
  return { type: 'agent_state', key: run.key('child-state'), occurredAt: at, ...facts };
}

function childOf(event: RunEvent): string {
  const id = event.subagent_id ?? event.child_session_id;
  return clip(
    id === null || id === undefined || id === '' ? `subagent-${event.task_index ?? 0}` : id,
  );
}
