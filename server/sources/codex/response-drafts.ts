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

export function responseDrafts(place: Place, payload: RolloutPayload): EventDraft[] {
  const type = payload.type ?? '';
  const id = payload.call_id ?? payload.id ?? null;
  if (CALLS.has(type)) {
    const tool = clip(payload.name ?? (type === 'web_search_call' ? 'web' : 'shell'));
    const input = payload['arguments'] ?? payload['input'] ?? payload['action'] ?? null;
    const call = { id, arguments: input };
    return [
      agentAt(place, tool, { isAgent: false }),
      sayAt(place, 'call', {
        from: place.agent,
        to: tool,
        payloadType: 'tool_call',
        payload: call,
      }),
    ];
  }
  if (!OUTPUTS.has(type)) return [];
  const result = { id, output: payload['output'] ?? null };
  // The line names the call and not the tool.
  return [
    sayAt(place, 'result', {
      from: 'tool',
      to: place.agent,
      payloadType: 'tool_result',
      payload: result,
    }),
  ];
}
