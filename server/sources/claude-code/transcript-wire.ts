import { z } from 'zod';

import { isRecord } from '#organism/record.ts';

import { anything, asRecord, count, countOf, flag, number, text } from '../lenient.ts';
import type { LineReading } from '../session-files/lines.ts';
import { parseRecord, readLine } from '../session-files/lines.ts';

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

/** What a bill needs of a line. */
export type AnswerLine = Pick<
  TranscriptLine,
  'uuid' | 'sessionId' | 'isApiErrorMessage' | 'timestamp' | 'promptId' | 'requestId' | 'costUSD'
> & {
  readonly message?:
    | Pick<NonNullable<TranscriptLine['message']>, 'id' | 'model' | 'stop_reason' | 'usage'>
    | null
    | undefined;
};

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

/**
 * An answer, for its bill only: read by hand at a tenth of the schema's price, to the same effect.
 * Null for a line of anything else, and for one that is not whole.
 */
export function readAnswerLine(raw: string): AnswerLine | null {
  const line = parseRecord(raw);
  const message = asRecord(line['message']);
  if (line['type'] !== 'assistant' || !isRecord(message['usage'])) return null;
  const usage = message['usage'];
  const kept = asRecord(usage['cache_creation']);
  return {
    uuid: textOf(line['uuid']),
    sessionId: textOf(line['sessionId']),
    isApiErrorMessage: line['isApiErrorMessage'] === true,
    timestamp: textOf(line['timestamp']),
    requestId: textOf(line['requestId']),
    message: {
      id: textOf(message['id']),
      model: textOf(message['model']),
      stop_reason: textOf(message['stop_reason']),
      usage: {
        input_tokens: countOf(usage['input_tokens']),
        output_tokens: countOf(usage['output_tokens']),
        cache_read_input_tokens: countOf(usage['cache_read_input_tokens']),
        cache_creation_input_tokens: countOf(usage['cache_creation_input_tokens']),
        cache_creation: {
          ephemeral_5m_input_tokens: countOf(kept['ephemeral_5m_input_tokens']),
          ephemeral_1h_input_tokens: countOf(kept['ephemeral_1h_input_tokens']),
        },
      },
    },
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
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
