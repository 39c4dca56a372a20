import { z } from 'zod';

import { isRecord } from '#organism/record.ts';

import { amount, epochMs, record, text } from '../lenient.ts';
import { asRecord, filled } from '../plain-values.ts';
import type { LineReading } from '../session-files/lines.ts';
import { readLine } from '../session-files/lines.ts';
import { countersSchema } from './ledger-schema.ts';
import { isRepeated } from './line-heads.ts';
import { shownCommand } from './names.ts';
import type { CodexItem } from './wire.ts';
import { itemSchema } from './wire.ts';

/** Lines of Codex's session files, an internal format: whatever is missing is missing. */

const counters = countersSchema.nullish().catch(null);

const payloadSchema = z.looseObject({
  type: text,
  id: text,
  thread_id: text,
  turn_id: text,
  cwd: text,
  cli_version: text,
  originator: text,
  model_provider: text,
  parent_thread_id: text,
  forked_from_id: text,
  timestamp: text,
  source: z.unknown().optional(),
  model: text,
  response_id: text,
  usage: counters,
  thread_token_usage: counters,
  info: z
    .looseObject({
      total_token_usage: counters,
      last_token_usage: counters,
      model_context_window: amount,
    })
    .nullish()
    .catch(null),
  rate_limits: record,
  message: text,
  text,
  reason: text,
  item: record,
  started_at_ms: epochMs,
  completed_at_ms: epochMs,
  name: text,
  call_id: text,
});
export type RolloutPayload = z.infer<typeof payloadSchema>;

const lineSchema = z.looseObject({
  type: z.string().min(1),
  timestamp: text,
  /** Of newer builds; without it the line's own number stands in. */
  ordinal: z.number().int().min(0).nullish().catch(null),
  payload: payloadSchema.nullish().catch(null),
});
export type RolloutLine = z.infer<typeof lineSchema>;

/** Lines that repeat others, most of a file, are not even parsed. */
export function readRolloutLine(raw: string): LineReading<RolloutLine> {
  if (isRepeated(raw)) return { kind: 'blank' };
  return readLine(raw, lineSchema, 'codex session file');
}

const TYPES: Readonly<Record<string, string>> = {
  AgentMessage: 'agent_message',
  Reasoning: 'reasoning',
  CommandExecution: 'command_execution',
  FileChange: 'file_change',
  McpToolCall: 'mcp_tool_call',
  WebSearch: 'web_search',
  CollabToolCall: 'collab_tool_call',
  CollabAgentToolCall: 'collab_tool_call',
  Error: 'error',
};

/** An item as the session file spells it, in the words of standard output; null for an unknown one. */
export function toExecItem(item: Readonly<Record<string, unknown>>): CodexItem | null {
  const type = TYPES[String(item['type'])];
  if (type === undefined) return null;
  const { command, changes } = item;
  const read = itemSchema.safeParse({
    ...item,
    type,
    text: textOfContent(item['content'] ?? item['summary_text']),
    command: Array.isArray(command) ? commandOf(command) : command,
    changes: changesOf(changes),
  });
  return read.data ?? null;
}

/** Parts with a text each, or mere texts. */
export function textOfContent(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const parts = content.map((part: unknown) => {
    if (typeof part === 'string') return part;
    return filled(asRecord(part)['text']) ?? '';
  });
  return parts.filter((part) => part !== '').join('\n');
}

/** `["/bin/bash", "-lc", "ls"]`: the last is what runs. */
function commandOf(words: readonly unknown[]): string {
  const [shell = '', flag = '', script] = words.map(String);
  const isShell = words.length === 3 && shell.endsWith('sh') && /^-l?c$/.test(flag);
  return isShell && script !== undefined ? script : shownCommand(words.map(String).join(' '));
}

/** By path, with the whole text of each file: what changed and how is enough. */
function changesOf(changes: unknown): unknown {
  if (!isRecord(changes)) return null;
  return Object.entries(changes).map(([path, change]) => ({
    path,
    kind: asRecord(change)['type'],
  }));
}
