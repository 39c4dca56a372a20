import type { DraftOf } from '#organism/event.ts';
import type { TokenClasses } from '#organism/tokens.ts';

import type { Counters, Ledger, Totals } from './ledger-schema.ts';

/**
 * What a thread has used, and how much of that is billed. Codex counts up for the whole thread, on
 * standard output once a turn and in its session files once a request: whichever tells first, a
 * reading bills what lies above all billed before, so that both together bill the thread once.
 */

export const NO_TOTALS: Totals = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
export const NEW_LEDGER: Ledger = { billed: NO_TOTALS, lastOfExec: null, isFromFiles: false };

export interface Bill {
  /** Null when all of the reading is billed already. */
  readonly tokens: TokenClasses | null;
  readonly ledger: Ledger;
}

/** What a line says of all that its thread has used, and of its last request alone. */
export function countersOf(payload: {
  readonly thread_token_usage?: Counters | null | undefined;
  readonly usage?: Counters | null | undefined;
  readonly info?:
    | {
        readonly total_token_usage?: Counters | null | undefined;
        readonly last_token_usage?: Counters | null | undefined;
      }
    | null
    | undefined;
}): { readonly total: Counters | null; readonly ofRequest: Counters | null } {
  const { thread_token_usage: ofThread, usage, info } = payload;
  return ofThread == null
    ? { total: info?.total_token_usage ?? null, ofRequest: info?.last_token_usage ?? null }
    : { total: ofThread, ofRequest: usage ?? null };
}

export function totalsOf(counters: Counters): Totals {
  return {
    input: counters.input_tokens ?? 0,
    cached: counters.cached_input_tokens ?? 0,
    cacheWrite: counters.cache_write_input_tokens ?? 0,
    output: counters.output_tokens ?? 0,
    reasoning: counters.reasoning_output_tokens ?? 0,
  };
}

export function sumOf({ input, output }: Totals): number {
  return input + output;
}

/** Classes that this build of Codex does not count: older ones know neither. */
export function notReported(counters: Counters): NonNullable<DraftOf<'usage'>['notReported']> {
  return [
    ...(counters.cache_write_input_tokens == null ? ['cacheWrite' as const] : []),
    ...(counters.reasoning_output_tokens == null ? ['reasoning' as const] : []),
  ];
}

/** Bills a turn of standard output. A total below the last one counts from nothing again. */
export function billExec(ledger: Ledger, total: Totals): Bill {
  const { lastOfExec, isFromFiles } = ledger;
  const isReset = !isFromFiles && lastOfExec !== null && sumOf(total) < sumOf(lastOfExec);
  const bill = billAbove(isReset ? NO_TOTALS : ledger.billed, total, ledger);
  return { ...bill, ledger: { ...bill.ledger, lastOfExec: total } };
}

/** Bills a request of a session file, from the counters of its line. */
export function billCounters(
  ledger: Ledger,
  told: {
    readonly total: Counters;
    /** Asked only when a counter begins anew. */
    readonly ofRequest: () => Counters | null;
    readonly last: Totals | null;
  },
): Bill & { readonly total: Totals } {
  const { ofRequest, last } = told;
  const total = totalsOf(told.total);
  const { tokens, ledger: next } = billFile(ledger, { total, ofRequest, last });
  return { tokens, ledger: next, total };
}

/**
 * @param last the reading before it in the same file; null at its first
 * @param ofRequest what the request alone used, where the file says: a copy of a thread starts high
 */
function billFile(
  ledger: Ledger,
  reading: {
    readonly total: Totals;
    readonly last: Totals | null;
    readonly ofRequest: () => Counters | null;
  },
): Bill {
  const { total, last, ofRequest } = reading;
  const isReset = last !== null && sumOf(total) < sumOf(last);
  const isNew = last === null && sumOf(ledger.billed) === 0;
  const base = isReset || isNew ? ofOthers(total, ofRequest()) : ledger.billed;
  return billAbove(base, total, { ...ledger, isFromFiles: true });
}

/** A counter that fell, or one that is seen for the first time, may have begun above nothing. */
function ofOthers(total: Totals, ofRequest: Counters | null): Totals {
  return ofRequest === null ? NO_TOTALS : difference(total, totalsOf(ofRequest));
}

/** Takes a total as billed elsewhere. */
export function passOver(ledger: Ledger, total: Totals): Ledger {
  const billed = sumOf(total) > sumOf(ledger.billed) ? total : ledger.billed;
  return { ...ledger, billed, isFromFiles: true };
}

function billAbove(base: Totals, total: Totals, ledger: Ledger): Bill {
  if (sumOf(total) <= sumOf(base)) return { tokens: null, ledger: { ...ledger, billed: base } };
  return { tokens: classesOf(difference(total, base)), ledger: { ...ledger, billed: total } };
}

function difference(total: Totals, base: Totals): Totals {
  const above = (name: keyof Totals): number => Math.max(0, total[name] - base[name]);
  return {
    input: above('input'),
    cached: above('cached'),
    cacheWrite: above('cacheWrite'),
    output: above('output'),
    reasoning: above('reasoning'),
  };
}

/** Disjoint, whatever the counters say: a part is never more than its whole. */
function classesOf({ input, cached, cacheWrite, output, reasoning }: Totals): TokenClasses {
  const cacheRead = Math.min(cached, input);
  const written = Math.min(cacheWrite, input - cacheRead);
  const thought = Math.min(reasoning, output);
  return {
    inputFresh: input - cacheRead - written,
    cacheRead,
    cacheWrite: written,
    outputVisible: output - thought,
    reasoning: thought,
  };
}
