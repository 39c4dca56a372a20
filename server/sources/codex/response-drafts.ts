import type { EventDraft } from '#organism/event.ts';

import { clip } from '../drafts.ts';
import type { Place } from './place.ts';
import { agentAt, sayAt } from './place.ts';
import type { RolloutPayload } from './rollout-wire.ts';

/** Tool calls of older session files, which tell of them as the model's own items. */

const CALLS: ReadonlySet<string> = new Set([
  'function_call',
  'custom_tool_call',
  'local_shell_call',
  'web_search_call',
]);
const OUTPUTS: ReadonlySet<string> = new Set(['function_call_output', 'custom_tool_call_output']);
/** Calls that wait for their answer; more at once is no agent, and the oldest are let go. */
const MAX_CALLS = 100;

/** Tools by the id of their call: a line with an answer names the call and not the tool. */
export type OpenCalls = Readonly<Record<string, string>>;

export function responseDrafts(
  place: Place,
  payload: RolloutPayload,
  calls: OpenCalls,
): { readonly drafts: EventDraft[]; readonly calls: OpenCalls } {
  const type = payload.type ?? '';
  const id = clip(payload.call_id ?? payload.id ?? '');
  if (CALLS.has(type)) {
    const tool = clip(payload.name ?? (type === 'web_search_call' ? 'web' : 'shell'));
    const input = payload['arguments'] ?? payload['input'] ?? payload['action'] ?? null;
    const call = { id, arguments: input };
    const ends = { from: place.agent, to: tool, payloadType: 'tool_call' };
    const drafts = [
      agentAt(place, tool, { isAgent: false }),
      sayAt(place, 'call', { ...ends, payload: call }),
    ];
    const open = Object.entries({ ...calls, ...(id === '' ? {} : { [id]: tool }) });
    return { drafts, calls: Object.fromEntries(open.slice(-MAX_CALLS)) };
  }
  if (!OUTPUTS.has(type)) return { drafts: [], calls };
  const { [id]: tool = 'tool', ...open } = calls;
  const ends = { from: tool, to: place.agent, payloadType: 'tool_result' };
  const payloadOf = { id, output: payload['output'] ?? null };
  return { drafts: [sayAt(place, 'result', { ...ends, payload: payloadOf })], calls: open };
}
