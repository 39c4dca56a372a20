import { totalTokens } from '#organism/tokens.ts';

import type { FoundCall } from './found-call.ts';

/**
 * Calls by column: what a thread has found is written down in a few numbers a call, and another
 * thread takes them over without a copy. As many objects take longer than what they are read from.
 */
export interface CallColumns {
  /** `COLUMNS` numbers of each call. */
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly models: readonly CallModel[];
  /** The same in every file that tells of the same call; empty where no two threads find the same. */
  readonly keys: readonly string[];
}

type CallModel = Pick<FoundCall, 'model' | 'provider'>;

/** When, by which of the models, and the tokens. */
const COLUMNS = 8;
const FIRST_ROWS = 1024;

interface CallTable {
  add(call: FoundCall): void;
  /** Another telling of a call that is known by its key counts when it has more, or as much earlier. */
  addOnce(key: string, call: FoundCall): void;
  /** All calls so far; the table is not used any more. */
  columns(): CallColumns;
}

export function createCallTable(): CallTable {
  let numbers = new Float64Array(FIRST_ROWS * COLUMNS);
  let rows = 0;
  const models: CallModel[] = [];
  const places = new Map<string, Map<string, number>>();
  const rowOf = new Map<string, number>();

  function put(row: number, { at, model, provider, tokens, cacheWrite1h }: FoundCall): void {
    const from = row * COLUMNS;
    numbers[from] = at;
    numbers[from + 1] = placeOf(model, provider);
    numbers[from + 2] = tokens.inputFresh;
    numbers[from + 3] = tokens.cacheRead;
    numbers[from + 4] = tokens.cacheWrite;
    numbers[from + 5] = tokens.outputVisible;
    numbers[from + 6] = tokens.reasoning;
    numbers[from + 7] = cacheWrite1h;
  }

  function placeOf(model: string, provider: string): number {
    const known = places.get(model)?.get(provider);
    if (known !== undefined) return known;
    const place = models.push({ model, provider }) - 1;
    places.set(model, (places.get(model) ?? new Map<string, number>()).set(provider, place));
    return place;
  }

  function add(call: FoundCall): void {
    if ((rows + 1) * COLUMNS > numbers.length) {
      const larger = new Float64Array(numbers.length * 2);
      larger.set(numbers);
      numbers = larger;
    }
    put(rows, call);
    rows += 1;
  }

  return {
    add,
    addOnce(key, call) {
      const row = rowOf.get(key);
      if (row === undefined) {
        rowOf.set(key, rows);
        add(call);
      } else if (isFuller(call, callAt({ numbers, models }, row))) put(row, call);
    },
    columns: () => ({ numbers: numbers.slice(0, rows * COLUMNS), models, keys: [...rowOf.keys()] }),
  };
}

/** All calls of several tables, those that more than one tells of once. */
export function joinColumns(parts: readonly CallColumns[]): CallColumns {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0) return first;
  const joined = createCallTable();
  for (const part of parts) {
    for (let row = 0; row < countRows(part); row += 1) {
      const key = part.keys[row];
      if (key === undefined) joined.add(callAt(part, row));
      else joined.addOnce(key, callAt(part, row));
    }
  }
  return joined.columns();
}

export function countRows({ numbers }: Pick<CallColumns, 'numbers'>): number {
  return numbers.length / COLUMNS;
}

export function callAt(
  { numbers, models }: Pick<CallColumns, 'numbers' | 'models'>,
  row: number,
): FoundCall {
  const from = row * COLUMNS;
  const { model = '', provider = '' } = models[numbers[from + 1] ?? 0] ?? {};
  return {
    at: numbers[from] ?? 0,
    model,
    provider,
    tokens: {
      inputFresh: numbers[from + 2] ?? 0,
      cacheRead: numbers[from + 3] ?? 0,
      cacheWrite: numbers[from + 4] ?? 0,
      outputVisible: numbers[from + 5] ?? 0,
      reasoning: numbers[from + 6] ?? 0,
    },
    cacheWrite1h: numbers[from + 7] ?? 0,
  };
}

function isFuller(call: FoundCall, other: FoundCall): boolean {
  const more = totalTokens(call.tokens) - totalTokens(other.tokens);
  return more > 0 || (more === 0 && call.at < other.at);
}
