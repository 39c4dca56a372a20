import type { Counters } from './ledger-schema.ts';

/** A request's tokens as newer builds tell them, of a line that is spelt exactly as Codex spells it. */
export interface UsageRecord {
  readonly timestamp: string;
  /** All that the thread has used. */
  readonly total: Counters;
  /** The same as it is spelt in the line. */
  readonly spelling: string;
  /** JSON of what this request used. */
  readonly ofRequest: string;
}

/** As JSON spells a count; what is larger is none. */
const COUNT = String.raw`(?:0|[1-9]\d{0,11})`;
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
/** Ids, which nobody needs here. */
const WORDS = String.raw`(?:"[a-z_]+":"[^"\\\x00-\x1f]*",)*`;

/** @param count a pattern of each number that is to be found */
function countersLike(count: string): string {
  const names = ['input', 'cached_input', 'cache_write_input', 'output', 'reasoning_output'];
  const fields = names.map((name) => `"${name}_tokens":${count},`);
  return String.raw`\{${fields.join('')}"total_tokens":${COUNT}\}`;
}

const RECORD = new RegExp(
  [
    String.raw`^\{"timestamp":"(${TIME})","ordinal":${COUNT},"type":"token_usage_record","payload":\{`,
    `${WORDS}"usage":(${countersLike(COUNT)}),"turn_token_usage":${countersLike(COUNT)},`,
    String.raw`"thread_token_usage":(${countersLike(`(${COUNT})`)})\}\}$`,
  ].join(''),
);

/**
 * Reads most of what is billed for less than parsing takes; null for any other line, which is to be
 * parsed.
 */
export function readUsageRecord(line: string): UsageRecord | null {
  const found = RECORD.exec(line);
  if (found === null) return null;
  const [, timestamp = '', ofRequest = '', spelling = '', input, cached, written, output, thought] =
    found;
  const total = {
    input_tokens: Number(input),
    cached_input_tokens: Number(cached),
    cache_write_input_tokens: Number(written),
    output_tokens: Number(output),
    reasoning_output_tokens: Number(thought),
  };
  return { timestamp, total, spelling, ofRequest };
}
