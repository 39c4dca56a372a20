import { z } from 'zod';

import { anything, count, flag, number, text } from '../lenient.ts';
import type { LineReading } from '../session-files/lines.ts';
import { readLine } from '../session-files/lines.ts';

/** Lines of Claude Code's transcripts, an internal format: whatever is missing is missing. */

const usageSchema = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  /** How long what was written to the cache is kept; together they are the count above. */
  cache_creation: z
    .looseObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count })
    .nullish()
    .catch(null),
  /** Searches of the web are charged beside tokens. */
  server_tool_use: z.looseObject({ web_search_requests: count }).nullish().catch(null),
  service_tier: text,
  speed: text,
});
export type TranscriptUsage = z.infer<typeof usageSchema>;

const blockSchema = z.looseObject({
  type: z.string(),
  text,
  thinking: text,
  id: text,
  name: text,
  input: anything,
  tool_use_id: text,
  content: anything,
  is_error: flag,
});
export type Block = z.infer<typeof blockSchema>;

const lineSchema = z.looseObject({
  type: z.string().min(1),
  subtype: text,
  uuid: text,
  parentUuid: text,
  sessionId: text,
  agentId: text,
  isSidechain: flag,
  isMeta: flag,
  isCompactSummary: flag,
  isApiErrorMessage: flag,
  timestamp: text,
  promptId: text,
  requestId: text,
  cwd: text,
  version: text,
  costUSD: number,
  summary: text,
  leafUuid: text,
  content: anything,
  error: anything,
  message: z
    .looseObject({
      id: text,
      model: text,
      content: z
        .union([z.string(), z.array(blockSchema)])
        .nullish()
        .catch(null),
      stop_reason: text,
      usage: usageSchema.nullish().catch(null),
    })
    .nullish()
    .catch(null),
});
export type TranscriptLine = z.infer<typeof lineSchema>;

/** Bookkeeping of the program: how it draws, and copies of files it may restore. */
const BOOKKEEPING = ['file-history-snapshot', 'progress', 'last-prompt'];
/** Where a line of these says its kind: at its start, or behind what all lines have. */
const HEAD_CHARS = 600;

/** Lines of bookkeeping, which can be long, are not even parsed. */
export function readTranscriptLine(raw: string): LineReading<TranscriptLine> {
  const kind = /"type":"([a-z-]+)"/.exec(raw.slice(0, HEAD_CHARS))?.[1];
  if (kind !== undefined && BOOKKEEPING.includes(kind)) return { kind: 'blank' };
  return readLine(raw, lineSchema, 'Claude Code transcript');
}

/** What is said in a content of blocks; pictures and documents have no words. */
export function textOfBlocks(content: unknown): string {
  if (typeof content === 'string') return content;
  const blocks = z.array(blockSchema).safeParse(content);
  if (!blocks.success) return '';
  return blocks.data
    .map((block) => block.text ?? '')
    .filter((part) => part !== '')
    .join('\n');
}
