import { hash } from 'node:crypto';

import type { EventDraft } from '#organism/event.ts';

import { childName } from './names.ts';
import type { Place } from './place.ts';
import { agentAt, errorAt, sayAt, stateAt, statusAt, threadAt } from './place.ts';
import type { CodexItem } from './wire.ts';

/** Work that Codex hands to sub-agents: each has a thread of its own and is a child agent. */

const STATES: Readonly<Record<string, string>> = {
  pending_init: 'processing',
  running: 'processing',
  completed: 'idle',
  shutdown: 'idle',
  interrupted: 'error',
  errored: 'error',
  not_found: 'error',
};
const ENDS: Readonly<Record<string, string>> = {
  completed: 'completed',
  shutdown: 'completed',
  interrupted: 'killed',
  errored: 'error',
};
const MAX_CHILDREN = 1000;

export function collabDrafts(place: Place, item: CodexItem, phase: string): EventDraft[] {
  const sender = item.sender_thread_id ?? place.threadId;
  const agent = sender === place.threadId ? place.agent : childName(sender);
  const from = { ...place, agent };
  const states = Object.entries(item.agents_states ?? {}).slice(0, MAX_CHILDREN);
  const ids = new Set([...(item.receiver_thread_ids ?? []), ...states.map(([id]) => id)]);
  const drafts: EventDraft[] = [];
  for (const id of ids) {
    const child = childName(id);
    drafts.push(agentAt(place, child, { parent: agent }), threadAt(place, id, sender));
    if (item.prompt != null && (item.receiver_thread_ids ?? []).includes(id)) {
      const payload = { tool: item.tool, prompt: item.prompt };
      const message = { from: agent, to: child, payloadType: 'collab', payload };
      drafts.push(sayAt(from, `call:${id}`, message));
    }
  }
  for (const [id, state] of states) drafts.push(...childDrafts(from, id, state, phase));
  drafts.push(...senderDrafts({ ...from, key: `${place.key}:${phase}` }, item, phase));
  return drafts;
}

function childDrafts(
  place: Place,
  id: string,
  { status, message }: { status?: string | null | undefined; message?: string | null | undefined },
  phase: string,
): EventDraft[] {
  const child: Place = {
    ...place,
    agent: childName(id),
    threadId: id,
    key: `${place.key}:${phase}:${id}`,
  };
  const drafts: EventDraft[] = [stateAt(child, STATES[status ?? ''] ?? status ?? 'processing')];
  const end = ENDS[status ?? ''];
  if (end !== undefined) drafts.push(statusAt(child, end));
  if (message == null || message === '') return drafts;
  // Told again by each later wait: once is enough.
  const said = `child:${id}:${hash('sha256', message, 'hex').slice(0, 16)}`;
  if (status === 'errored') return [...drafts, errorAt({ ...child, key: said }, message)];
  return [
    ...drafts,
    sayAt({ ...child, key: said }, 'said', {
      from: child.agent,
      to: place.agent,
      payloadType: 'completion',
      payload: { text: message },
    }),
  ];
}

function senderDrafts(place: Place, item: CodexItem, phase: string): EventDraft[] {
  if (phase !== 'completed' && item.tool === 'wait') {
    return [stateAt(place, 'waiting', 'waits for sub-agents')];
  }
  const state = stateAt(place, 'processing', item.tool ?? undefined);
  if (phase !== 'completed' || item.status !== 'failed') return [state];
  return [state, errorAt(place, `${item.tool ?? 'sub-agent call'} failed`, 'warning')];
}
