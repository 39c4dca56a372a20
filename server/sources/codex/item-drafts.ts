import type { EventDraft } from '#organism/event.ts';

import { USER, clip } from '../drafts.ts';
import { collabDrafts } from './collab-drafts.ts';
import { relativePath, shownCommand } from './names.ts';
import type { Place } from './place.ts';
import { agentAt, errorAt, rawAt, sayAt, stateAt } from './place.ts';
import type { CodexItem } from './wire.ts';

export type ItemPhase = 'started' | 'updated' | 'completed';

const FAILED: ReadonlySet<string> = new Set(['failed', 'declined']);

/**
 * An item of either wire to drafts, pure. It may come once, completed, or several times: the call
 * is the same message whenever it is told, its result comes with the end.
 * @param place its key is that of the item, the same in all its phases
 */
export function itemDrafts(place: Place, item: CodexItem, phase: ItemPhase): EventDraft[] {
  switch (item.type) {
    case 'agent_message':
      return [toUser(place, 'completion', { text: item.text ?? '' })];
    case 'reasoning':
      return [toUser(place, 'reasoning', { text: item.text ?? '' })];
    case 'command_execution':
      return peerDrafts(place, item, phase, commandCall(item));
    case 'file_change':
      return peerDrafts(place, item, phase, fileCall(place, item));
    case 'mcp_tool_call':
      return peerDrafts(place, item, phase, mcpCall(item));
    case 'web_search':
      return peerDrafts(place, item, phase, webCall(item));
    case 'collab_tool_call':
      return collabDrafts(place, item, phase);
    case 'error':
      return [errorAt(place, item.message ?? 'an error without words', 'warning')];
    default:
      return [rawAt({ ...place, key: `${place.key}:${phase}` }, `item.${item.type}`, item)];
  }
}

function toUser(place: Place, payloadType: string, payload: unknown): EventDraft {
  return sayAt(place, 'message', { from: place.agent, to: USER, payloadType, payload });
}

/** Progress of a plan: each state of the list is a message of its own. */
export function todoDraft(place: Place, item: CodexItem): EventDraft {
  const entries = Array.isArray(item['items']) ? item['items'] : [];
  const done = entries.filter((entry) => isDone(entry)).length;
  const payload = { items: entries, done, total: entries.length };
  return toUser(place, 'todo_list', payload);
}

function isDone(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && 'completed' in entry
    ? entry.completed === true
    : false;
}

interface PeerCall {
  readonly peer: string;
  readonly type: string;
  readonly call: unknown;
  readonly result: object;
  /** In front of what is said of a failure. */
  readonly title: string;
  readonly failure: string;
  readonly label: string;
}

function peerDrafts(place: Place, item: CodexItem, phase: ItemPhase, made: PeerCall): EventDraft[] {
  const { peer, type, call, result } = made;
  const drafts: EventDraft[] = [
    agentAt(place, peer, { isAgent: false }),
    sayAt(place, 'call', { from: place.agent, to: peer, payloadType: type, payload: call }),
  ];
  if (phase !== 'completed') {
    return [
      ...drafts,
      stateAt({ ...place, key: `${place.key}:${phase}` }, 'processing', made.label),
    ];
  }
  drafts.push(
    sayAt(place, 'result', {
      from: peer,
      to: place.agent,
      payloadType: `${type}_result`,
      payload: withDuration(result, item),
    }),
  );
  if (item.status != null && FAILED.has(item.status)) {
    drafts.push(errorAt(place, `${made.title} ${item.status}${made.failure}`, 'warning'));
  }
  return drafts;
}

/** Session files say how long it took. */
function withDuration(result: object, item: CodexItem): object {
  const durationMs = item['duration_ms'];
  return typeof durationMs === 'number' ? { ...result, durationMs } : result;
}

function commandCall(item: CodexItem): PeerCall {
  const command = shownCommand(item.command ?? '');
  const { aggregated_output: output = null, exit_code: exitCode = null, status = null } = item;
  return {
    peer: 'shell',
    type: 'command',
    call: { command },
    result: { command, exitCode, output, status },
    title: command.slice(0, 500),
    failure: exitCode === null ? '' : ` with exit code ${exitCode}`,
    label: command.slice(0, 200),
  };
}

function fileCall({ launch }: Place, item: CodexItem): PeerCall {
  const changes = (item.changes ?? []).map((change) => ({
    ...change,
    path: relativePath(change.path, launch.cwd),
  }));
  const paths = changes.map(({ path }) => path).join(', ');
  return {
    peer: 'files',
    type: 'file_change',
    call: { changes },
    result: { changes: changes.map(({ path, kind }) => ({ path, kind })), status: item.status },
    title: `change of ${paths.slice(0, 500)}`,
    failure: '',
    label: paths.slice(0, 200),
  };
}

function mcpCall(item: CodexItem): PeerCall {
  const { server, tool, error } = item;
  const name = `${server ?? 'mcp'}/${tool ?? 'tool'}`;
  return {
    peer: clip(`mcp:${server ?? 'unknown'}`),
    type: 'mcp_call',
    call: { tool, arguments: item['arguments'] ?? null },
    result: { tool, result: item['result'] ?? null, error: error ?? null, status: item.status },
    title: name,
    failure: error?.message == null ? '' : `: ${error.message}`,
    label: name,
  };
}

function webCall(item: CodexItem): PeerCall {
  const query = item.query ?? '';
  const payload = { query, action: item['action'] ?? null };
  return {
    peer: 'web',
    type: 'web_search',
    // Older builds say the query only at the end.
    call: query === '' ? {} : { query },
    result: payload,
    title: `search for ${query.slice(0, 500)}`,
    failure: '',
    label: query.slice(0, 200),
  };
}
