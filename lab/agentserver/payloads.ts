import { CAST, RELOADED_CAST } from './cast.ts';
import {
  CODE_SAMPLES,
  DRAFT_OUTLINES,
  FILE_PATHS,
  LONG_TEXTS,
  QUERIES,
  SENTENCES,
  TABLE_ROWS,
} from './payload-texts.ts';
import type { Random } from './random.ts';

/** A payload written once: `json` for REST, `frameJson` where the frame differs. */
export interface PayloadText {
  readonly json: string;
  readonly frameJson: string;
}

export interface PayloadPool {
  /** A payload of this type; types the pool does not know give a result. */
  draw(payloadType: string): PayloadText;
}

/** Variants per type: enough that a page of messages does not look copied. */
const VARIANTS = 48;
export const RESULT = 'Result';
export const ANSWER = 'Answer';
export const SCORE = 'Score';

type Maker = (random: Random) => Record<string, unknown>;

const MAKERS: Readonly<Record<string, Maker>> = {
  ConsoleInput: (random) => ({ text: random.pick(SENTENCES) }),
  PlanRequest: (random) => ({
    goal: random.pick(SENTENCES),
    constraints: ['cite sources', '≤ 200 words'],
    depth: random.int(1, 4),
    context: { locale: 'fr-FR', nested: { a: [1, 2, { b: null }], ok: true } },
  }),
  ResearchTask: (random) => ({
    question: random.pick(SENTENCES),
    sources: ['https://example.org/a?q=1&x=2', 'doi:10.1000/182'],
    max_results: random.int(3, 20),
    filters: { years: { from: 2019, to: 2026 }, lang: ['en', 'de'] },
  }),
  CodeTask: (random) => ({
    instruction: random.pick(SENTENCES),
    language: random.pick(['python', 'typescript', 'c++', 'rust']),
    files: [{ path: random.pick(FILE_PATHS), lines: [1, random.int(10, 400)] }],
    dry_run: random.chance(0.3),
  }),
  AnalysisTask: (random) => ({
    question: random.pick(SENTENCES),
    dataset: 'warehouse.orders',
    columns: ['month', 'region', 'revenue', 'growth'],
    rows: TABLE_ROWS.slice(0, random.int(2, TABLE_ROWS.length)),
  }),
  DraftRequest: (random) => ({
    title: random.pick(SENTENCES),
    outline: random.pick(DRAFT_OUTLINES),
    tone: random.pick(['plain', 'formal', 'warm']),
    words: random.int(80, 1200),
  }),
  CritiqueRequest: (random) => ({
    subject: `draft ${random.int(1, 5)}`,
    body: random.pick(random.chance(0.3) ? LONG_TEXTS : SENTENCES),
    score: Math.round(random.next() * 100) / 100,
    tags: ['tone', 'Ω'],
  }),
  SearchQuery: (random) => ({ query: random.pick(QUERIES), limit: 10, region: 'eu' }),
  FileCommand: (random) => ({
    op: random.pick(['read', 'list', 'write']),
    path: random.pick(FILE_PATHS),
    content: random.chance(0.3) ? random.pick(CODE_SAMPLES) : null,
    encoding: 'utf-8',
  }),
  RunRequest: (random) => ({ code: random.pick(CODE_SAMPLES), timeout_s: 30, env: {} }),
  SqlQuery: (random) => ({
    sql: 'select month, region, sum(revenue) from orders where year = $1 group by 1, 2',
    parameters: [random.int(2019, 2026)],
    row_limit: 500,
  }),
  Notice: (random) => ({ channel: '#research', text: random.pick(SENTENCES) }),
  [RESULT]: makeResult,
  [SCORE]: (random) => ({
    score: Math.round(random.next() * 1000) / 1000,
    verdict: random.pick(['accept', 'revise', 'reject']),
    notes: [random.pick(SENTENCES), random.pick(SENTENCES)],
  }),
  [ANSWER]: (random) => ({
    answer: random.pick(LONG_TEXTS),
    confidence: Math.round(random.next() * 100) / 100,
    citations: [{ title: random.pick(QUERIES), url: 'https://example.org/r?id=7' }],
  }),
};

/** Digits no JavaScript number holds: written as text, as the recorded server's JSON did. */
const BEYOND_DOUBLES = textPayload(
  '{"ok":true,"summary":"row 9223372036854775807","data":{"id":9223372036854775807}}',
);
const NOT_FINITE: PayloadText = {
  json: '{"score":null,"inf":null}',
  frameJson: '{"score":NaN,"inf":Infinity}',
};
export const notFinitePayload = (): PayloadText => NOT_FINITE;

export function createPayloadPool(random: Random): PayloadPool {
  const pool = new Map<string, PayloadText[]>();
  for (const [payloadType, make] of Object.entries(MAKERS)) {
    pool.set(
      payloadType,
      Array.from({ length: VARIANTS }, () => writePayload(make(random))),
    );
  }
  const results = pool.get(RESULT) ?? [];
  results.push(BEYOND_DOUBLES);
  return { draw: (payloadType) => random.pick(pool.get(payloadType) ?? results) };
}

export function writePayload(payload: Record<string, unknown>): PayloadText {
  return textPayload(JSON.stringify(payload));
}

function textPayload(json: string): PayloadText {
  return { json, frameJson: json };
}

/** Puts a send time into a payload, for measuring the way from here to a reader. */
export function stampPayload(payload: PayloadText, sentAt: number): PayloadText {
  const stamp = (json: string) =>
    json === '{}' ? `{"sentAt":${sentAt}}` : `{"sentAt":${sentAt},${json.slice(1)}`;
  return { json: stamp(payload.json), frameJson: stamp(payload.frameJson) };
}

/** What a listener is sent. */
export function requestTypeOf(name: string): string {
  const member = CAST.find((each) => each.name === name);
  return (member ?? RELOADED_CAST.find((each) => each.name === name))?.payloadType ?? RESULT;
}

function makeResult(random: Random): Record<string, unknown> {
  const base = { ok: random.chance(0.92), summary: random.pick(SENTENCES) };
  const kind = random.int(0, 4);
  if (kind === 0) return { ...base, table: { columns: ['month', 'revenue'], rows: TABLE_ROWS } };
  if (kind === 1) return { ...base, stdout: random.pick(CODE_SAMPLES), exit_code: 0 };
  if (kind === 2) return { ...base, text: random.pick(LONG_TEXTS) };
  return {
    ...base,
    data: {
      tokens: random.int(20, 900),
      ratio: Math.round(random.next() * 10_000) / 10_000,
      list: Array.from({ length: random.int(0, 5) }, (_, index) => index),
    },
  };
}
