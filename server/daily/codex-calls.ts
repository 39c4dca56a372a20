import { parseInstant } from '#organism/instant.ts';
import { isRecord } from '#organism/record.ts';
import type { Counters, Ledger, Totals } from '#server/sources/codex/ledger-schema.ts';
import { NEW_LEDGER, billCounters, countersOf } from '#server/sources/codex/ledger.ts';
import { threadInName } from '#server/sources/codex/names.ts';
import { asRecord, countOf, filled } from '#server/sources/plain-values.ts';
import { parseRecord } from '#server/sources/session-files/lines.ts';

import { createChunkReader, linesWith } from './chunks.ts';
import type { CallFinder, FoundCall } from './found-call.ts';

/** In lines that count tokens, and in those that say with what model a turn works. */
const MARKS = ['"cached_input_tokens":', '"type":"turn_context"'].map((mark) => Buffer.from(mark));
const HEAD_MARKS = [Buffer.from('"type":"session_meta"')];
/** The counters of a thread as their line spells them; the next line may repeat them. */
const OF_THREAD = /"(?:thread|total)_token_usage":(\{[^{}]*\})/;

/** What a file has said so far. */
interface FileFacts {
  thread: string;
  model: string;
  provider: string | null;
  last: Totals | null;
  lastText: string;
}

/** Requests in Codex's session files: what lies above all that was counted of the thread before. */
export function createCodexFinder(): CallFinder {
  const readChunks = createChunkReader();
  const ledgers = new Map<string, Ledger>();
  const calls: FoundCall[] = [];

  function take(raw: string, facts: FileFacts): void {
    const text = OF_THREAD.exec(raw)?.[1];
    if (text !== undefined && text === facts.lastText) return;
    facts.lastText = text ?? facts.lastText;
    const line = parseRecord(raw);
    const payload = asRecord(line['payload']);
    if (line['type'] === 'turn_context') facts.model = filled(payload['model']) ?? facts.model;
    else bill(parseInstant(filled(line['timestamp']) ?? '') ?? 0, payload, facts);
  }

  function bill(at: number, payload: Readonly<Record<string, unknown>>, facts: FileFacts): void {
    const info = asRecord(payload['info']);
    const told = countersOf({
      thread_token_usage: readCounters(payload['thread_token_usage']),
      usage: readCounters(payload['usage']),
      info: {
        total_token_usage: readCounters(info['total_token_usage']),
        last_token_usage: readCounters(info['last_token_usage']),
      },
    });
    if (told.total === null) return;
    const { thread, last, model, provider } = facts;
    const known = ledgers.get(thread) ?? NEW_LEDGER;
    const { tokens, ledger, total } = billCounters(known, { ...told, total: told.total, last });
    ledgers.set(thread, ledger);
    facts.last = total;
    if (tokens === null) return;
    calls.push({
      key: `${thread}:${calls.length}`,
      at,
      model,
      provider: provider ?? (model === '' ? '' : 'openai'),
      tokens,
    });
  }

  return {
    read(file) {
      let facts: FileFacts | null = null;
      readChunks(file, (lines) => {
        facts ??= begin(file, lines);
        for (const raw of linesWith(lines, MARKS)) take(raw, facts);
      });
    },
    found: () => calls,
  };
}

/** A copy of a thread repeats the head of its origin behind its own: the first one counts. */
function begin(file: string, lines: Buffer): FileFacts {
  const end = lines.indexOf('\n');
  const [head = ''] = linesWith(lines.subarray(0, end === -1 ? lines.length : end), HEAD_MARKS);
  const payload = asRecord(parseRecord(head)['payload']);
  return {
    thread: filled(payload['id']) ?? threadInName(file),
    model: '',
    provider: filled(payload['model_provider']),
    last: null,
    lastText: '',
  };
}

function readCounters(value: unknown): Counters | null {
  if (!isRecord(value)) return null;
  return {
    input_tokens: countOf(value['input_tokens']),
    cached_input_tokens: countOf(value['cached_input_tokens']),
    cache_write_input_tokens: countOf(value['cache_write_input_tokens']),
    output_tokens: countOf(value['output_tokens']),
    reasoning_output_tokens: countOf(value['reasoning_output_tokens']),
  };
}
