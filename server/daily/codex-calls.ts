import { parseInstant } from '#organism/instant.ts';
import { isRecord } from '#organism/record.ts';
import type { Counters, Ledger, Totals } from '#server/sources/codex/ledger-schema.ts';
import {
  NEW_LEDGER,
  billCounters,
  countersOf,
  passOver,
  totalsOf,
} from '#server/sources/codex/ledger.ts';
import { isCountOf, isOfNoUse, isRepeated } from '#server/sources/codex/line-heads.ts';
import { bornAtOf, threadInName } from '#server/sources/codex/names.ts';
import type { UsageRecord } from '#server/sources/codex/record-line.ts';
import { readUsageRecord } from '#server/sources/codex/record-line.ts';
import type { Replay } from '#server/sources/codex/replay.ts';
import { bornAtOfSession, replayAfter, replayOf } from '#server/sources/codex/replay.ts';
import { clip } from '#server/sources/drafts.ts';
import { asRecord, countOf, filled, textOf } from '#server/sources/plain-values.ts';
import { parseRecord } from '#server/sources/session-files/lines.ts';

import { createCallTable } from './call-columns.ts';
import { createChunkReader, eachLine } from './chunks.ts';
import type { CallFinder } from './found-call.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a file has said so far. */
interface FileFacts {
  thread: string;
  model: string | null;
  provider: string | null;
  /** Of the last line that had a time. */
  at: number;
  isBegun: boolean;
  replay: Replay | null;
  last: Totals | null;
  /** The counters of the thread as they were spelt last; only where they come twice. */
  told: string | null;
}

/**
 * Requests in Codex's session files, by the rules of `rollout-reader.ts`: what lies above all that
 * was counted of the thread before, and not what a copy of another thread tells.
 */
export function createCodexFinder(): CallFinder {
  const readChunks = createChunkReader();
  const ledgers = new Map<string, Ledger>();
  const table = createCallTable();

  function takeLines(lines: Buffer, facts: FileFacts): void {
    eachLine(lines, (begin, end) => {
      const { replay, told } = facts;
      // A copy ends with a line of any kind.
      if (replay === null && isOfNoUse(lines, begin)) return;
      // Newer builds tell each reading twice.
      if (told !== null && isCountOf(lines, begin, told)) return;
      const raw = lines.toString('utf8', begin, end);
      const record = replay === null ? readUsageRecord(raw) : null;
      if (record !== null) takeRecord(record, facts);
      else if (replay === null || !isRepeated(raw)) take(raw, facts);
    });
  }

  function take(raw: string, facts: FileFacts): void {
    const line = parseRecord(raw);
    const type = filled(line['type']);
    if (type === null) return;
    const payload = asRecord(line['payload']);
    facts.at = parseInstant(filled(line['timestamp']) ?? '') ?? facts.at;
    if (type === 'session_meta') return begin(facts, payload);
    if (facts.replay !== null) {
      const turn = { turnId: textOf(payload['turn_id']), at: facts.at };
      facts.replay = replayAfter(facts.replay, turn);
      if (facts.replay !== null) passOverCopy(payload, facts);
    }
    if (type === 'turn_context') facts.model = textOf(payload['model']) ?? facts.model;
    if (facts.replay === null && tellsUse(type, payload)) takeUse(raw, payload, facts);
  }

  function passOverCopy(payload: Fields, facts: FileFacts): void {
    const { total } = readTold(payload);
    if (total === null) return;
    facts.last = totalsOf(total);
    ledgers.set(facts.thread, passOver(ledgers.get(facts.thread) ?? NEW_LEDGER, facts.last));
  }

  function takeRecord(record: UsageRecord, facts: FileFacts): void {
    facts.at = parseInstant(record.timestamp) ?? facts.at;
    facts.told = record.spelling;
    bill(record.total, () => readCounters(parseRecord(record.ofRequest)), facts);
  }

  function takeUse(raw: string, payload: Fields, facts: FileFacts): void {
    const { total, ofRequest } = readTold(payload);
    if (total === null) return;
    facts.told = spellingOf(raw);
    bill(total, () => ofRequest, facts);
  }

  function bill(reading: Counters, ofRequest: () => Counters | null, facts: FileFacts): void {
    const { thread, last, model, provider, at } = facts;
    const known = ledgers.get(thread) ?? NEW_LEDGER;
    const { tokens, ledger, total } = billCounters(known, { total: reading, ofRequest, last });
    ledgers.set(thread, ledger);
    facts.last = total;
    if (tokens === null) return;
    const maker = provider ?? (model === null ? '' : 'openai');
    table.add({ at, model: model ?? '', provider: maker, tokens, cacheWrite1h: 0 });
  }

  return {
    read(file) {
      const facts = newFile(file);
      readChunks(file, (lines) => takeLines(lines, facts));
    },
    found: () => table.columns(),
  };
}

function newFile(file: string): FileFacts {
  const thread = threadInName(file);
  return {
    thread,
    model: null,
    provider: null,
    at: bornAtOf(thread) ?? 0,
    isBegun: false,
    replay: null,
    last: null,
    told: null,
  };
}

/** A copy of a thread repeats the head of its origin behind its own: the first one counts. */
function begin(facts: FileFacts, payload: Fields): void {
  if (facts.isBegun) return;
  facts.isBegun = true;
  facts.thread = clip(textOf(payload['id']) ?? facts.thread);
  facts.provider = textOf(payload['model_provider']);
  const head = {
    timestamp: textOf(payload['timestamp']),
    parent_thread_id: textOf(payload['parent_thread_id']),
    forked_from_id: textOf(payload['forked_from_id']),
    source: payload['source'],
  };
  const bornAt = bornAtOfSession(facts.thread, head) ?? facts.at;
  if (facts.at === 0) facts.at = bornAt;
  facts.replay = replayOf(head, bornAt);
}

function tellsUse(type: string, payload: Fields): boolean {
  return (
    type === 'token_usage_record' || (type === 'event_msg' && payload['type'] === 'token_count')
  );
}

function readTold(payload: Fields): ReturnType<typeof countersOf> {
  const info = asRecord(payload['info']);
  return countersOf({
    thread_token_usage: readCounters(payload['thread_token_usage']),
    usage: readCounters(payload['usage']),
    info: {
      total_token_usage: readCounters(info['total_token_usage']),
      last_token_usage: readCounters(info['last_token_usage']),
    },
  });
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

const OF_THREAD = '"thread_token_usage":';

function spellingOf(raw: string): string | null {
  const at = raw.lastIndexOf(OF_THREAD);
  const end = raw.indexOf('}', at);
  return at === -1 || end === -1 ? null : raw.slice(at + OF_THREAD.length, end + 1);
}
