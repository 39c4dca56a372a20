import { isRecord } from '#organism/record.ts';

import { asRecord, countOf, textOf } from '../plain-values.ts';
import { parseRecord } from '../session-files/lines.ts';
import type { TranscriptLine } from './transcript-wire.ts';

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
