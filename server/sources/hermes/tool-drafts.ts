import type { EventDraft } from '#organism/event.ts';

import { clip, errorDraft } from '../drafts.ts';
import type { OpenTools } from './open-tools.ts';
import type { RunContext } from './run-context.ts';
import type { RunEvent } from './wire.ts';

export function toolStartDrafts(
  run: RunContext,
  tools: OpenTools,
  event: RunEvent,
  at: number,
): EventDraft[] {
  const tool = toolOf(event);
  tools.start(tool, run.key('call'));
  const payload = { tool, preview: event.preview ?? null };
  return [
    ...run.cast.agent(tool, at, { isAgent: false }),
    run.message('call', at, {
      from: run.facts.agent,
      to: tool,
      payloadType: 'tool_call',
      payload,
    }),
    run.state('processing', at, tool),
  ];
}

export function toolEndDrafts(
  run: RunContext,
  tools: OpenTools,
  event: RunEvent,
  at: number,
): EventDraft[] {
  const tool = toolOf(event);
  const call = tools.end(tool);
  const { agent, sessionId } = run.facts;
  const isError = event.event === 'tool.failed' || (event.error ?? false) !== false;
  const payload = { tool, call, durationSeconds: event.duration ?? null, isError };
  const drafts: EventDraft[] = [
    ...run.cast.agent(tool, at, { isAgent: false }),
    run.message('result', at, { from: tool, to: agent, payloadType: 'tool_result', payload }),
    run.state('processing', at, tools.newest()),
  ];
  if (isError) {
    const text = typeof event.error === 'string' ? event.error : `tool ${tool} failed`;
    const threadId = clip(sessionId);
    drafts.push(errorDraft({ key: run.key('error'), at, threadId, agent: tool, text }));
  }
  return drafts;
}

/** The run is over and these never told of an end: servers stop telling after 300 s. */
export function unfinishedToolDrafts(run: RunContext, tools: OpenTools, at: number): EventDraft[] {
  return tools.rest().map(({ tool, key: call }, index) =>
    run.message(`unfinished-${index}`, at, {
      from: tool,
      to: run.facts.agent,
      payloadType: 'tool_result',
      payload: { tool, call, outcome: 'unknown' },
    }),
  );
}

function toolOf({ tool }: RunEvent): string {
  return tool === null || tool === undefined || tool === '' ? 'tool' : clip(tool);
}
