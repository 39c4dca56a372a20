import type { AppendBatch, PreparedEvent } from '#db/store.ts';
import type { AppliedPrice } from '#organism/event.ts';

/**
 * How batches cross to the writer's thread: model calls as rows of numbers beside the texts they
 * name, everything else as it is. A structured clone of so many small objects costs both threads
 * more than all the rest they do with a call.
 */
export interface PackedBatches {
  readonly batches: readonly PackedBatch[];
  /** Of each call its row, then of the next. */
  readonly rows: Float64Array;
  /** Of each call its key and its id; an empty id is none. */
  readonly texts: readonly string[];
  /** Names and prices that occur, each once. */
  readonly names: readonly string[];
  readonly prices: readonly AppliedPrice[];
  /** What few calls have, by the number of the call. */
  readonly rare: ReadonlyMap<number, RareFields>;
}

type PackedBatch = Omit<AppendBatch, 'events'> & {
  readonly size: number;
  /** Events that are no calls, by their place in the batch. */
  readonly others: ReadonlyMap<number, PreparedEvent>;
};

type Call = Extract<PreparedEvent, { type: 'usage' }>;
type RareFields = ReturnType<typeof rareFieldsOf>;

/** What a call has that nothing rare is known of, its id aside. */
const COMMON_FIELDS = 15;
/** Numbers of a call: two times, five classes, latency, two costs, six names and the price. */
const ROW_NUMBERS = 17;
/** In place of the number of a name or a price. */
const NONE = -1;

export function packBatches(batches: readonly AppendBatch[]): PackedBatches {
  let calls = 0;
  for (const { events } of batches) {
    for (const { type } of events) if (type === 'usage') calls += 1;
  }
  const packer = createPacker(calls);
  const packed = batches.map(({ events, ...batch }) => {
    const others = new Map<number, PreparedEvent>();
    events.forEach((event, place) => {
      if (event.type === 'usage') packer.add(event);
      else others.set(place, event);
    });
    return { ...batch, size: events.length, others };
  });
  return { batches: packed, ...packer.finish() };
}

function createPacker(calls: number) {
  const rows = new Float64Array(calls * ROW_NUMBERS);
  const texts: string[] = [];
  const names = new Map<string, number>();
  const prices = new Map<AppliedPrice, number>();
  const rare = new Map<number, RareFields>();
  let at = 0;

  const nameOf = (name: string | null): number => (name === null ? NONE : numberOf(names, name));

  return {
    add(call: Call): void {
      const { tokens, id, price } = call;
      texts.push(call.key, id ?? '');
      const fields = COMMON_FIELDS + (id === undefined || id === '' ? 0 : 1);
      if (Object.keys(call).length !== fields) rare.set(at / ROW_NUMBERS, rareFieldsOf(call));
      rows[at] = call.occurredAt;
      rows[at + 1] = call.receivedAt;
      rows[at + 2] = tokens.inputFresh;
      rows[at + 3] = tokens.cacheRead;
      rows[at + 4] = tokens.cacheWrite;
      rows[at + 5] = tokens.outputVisible;
      rows[at + 6] = tokens.reasoning;
      rows[at + 7] = call.latencyMs ?? NaN;
      rows[at + 8] = call.reportedCostNanos ?? NaN;
      rows[at + 9] = call.costNanos ?? NaN;
      rows[at + 10] = nameOf(call.threadId);
      rows[at + 11] = nameOf(call.agent);
      rows[at + 12] = nameOf(call.model);
      rows[at + 13] = nameOf(call.provider);
      rows[at + 14] = nameOf(call.org);
      rows[at + 15] = nameOf(call.user);
      rows[at + 16] = price === null || price === undefined ? NONE : numberOf(prices, price);
      at += ROW_NUMBERS;
    },
    finish: () => ({ rows, texts, names: [...names.keys()], prices: [...prices.keys()], rare }),
  };
}

/** The way back: every event as it was, `undefined` fields aside. */
export function unpackBatches(packed: PackedBatches): AppendBatch[] {
  let call = 0;
  return packed.batches.map(({ size, others, ...batch }) => {
    const events: PreparedEvent[] = [];
    for (let place = 0; place < size; place += 1) {
      const other = others.get(place);
      events.push(other ?? unpackCall(packed, call));
      if (other === undefined) call += 1;
    }
    return { ...batch, events };
  });
}

function unpackCall(packed: PackedBatches, call: number): Call {
  const { rows, texts, names, prices, rare } = packed;
  const at = call * ROW_NUMBERS;
  const number = (column: number): number => rows[at + column] ?? NaN;
  const numberOrNull = (column: number): number | null => {
    const value = number(column);
    return Number.isNaN(value) ? null : value;
  };
  const name = (column: number): string | null => names[number(column)] ?? null;
  const event: Call = {
    key: texts[call * 2] ?? '',
    occurredAt: number(0),
    type: 'usage',
    threadId: name(10),
    agent: name(11),
    model: name(12) ?? '',
    provider: name(13) ?? '',
    org: name(14),
    user: name(15),
    tokens: {
      inputFresh: number(2),
      cacheRead: number(3),
      cacheWrite: number(4),
      outputVisible: number(5),
      reasoning: number(6),
    },
    latencyMs: numberOrNull(7),
    reportedCostNanos: numberOrNull(8),
    receivedAt: number(1),
    costNanos: numberOrNull(9),
    price: prices[number(16)] ?? null,
  };
  const id = texts[call * 2 + 1] ?? '';
  if (id !== '') event.id = id;
  const more = rare.get(call);
  return more === undefined ? event : { ...event, ...more };
}

/** All that is not in its row or among the texts, whatever fields calls will have one day. */
function rareFieldsOf(call: Call) {
  const {
    key: _key,
    occurredAt: _occurredAt,
    receivedAt: _receivedAt,
    type: _type,
    threadId: _threadId,
    agent: _agent,
    model: _model,
    provider: _provider,
    org: _org,
    user: _user,
    tokens: _tokens,
    latencyMs: _latencyMs,
    reportedCostNanos: _reportedCostNanos,
    costNanos: _costNanos,
    price: _price,
    ...rare
  } = call;
  return rare;
}

function numberOf<T>(numbers: Map<T, number>, item: T): number {
  let number = numbers.get(item);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(item, number);
  }
  return number;
}
