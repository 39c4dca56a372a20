import { HOUR_MS } from '#organism/durations.ts';
import { formatInstant } from '#organism/instant.ts';

import { withCleanup } from '../cleanup.ts';
import type { Bar, Control, Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import { startApi } from '../program.ts';
import { getJson } from '../rest.ts';
import type { BenchContext, BenchSection } from '../section.ts';
import { timeRounds } from '../stopwatch.ts';
import type { BigStore } from '../ten-million.ts';
import { BIG_ORGANISM, takeBigStore } from '../ten-million.ts';

/** The same questions as in `queries`, to the last byte at a client: what a page waits for. */
export const section: BenchSection = {
  title: 'Answers over HTTP, ten million calls and a million messages',
  minutes: 2,
  measure,
};

const TRIVIAL = '/healthz';
/** In a round: one answer of a few milliseconds says little, and one of many needs no others. */
const MAX_ASKED = 20;
const MIN_ASKED = 3;
const ROUND_MS = { full: 400, quick: 20 };
const PAGE_BAR: Bar = { atMost: 5 };
const BILL_BAR: Bar = { atMost: 30 };
const UTC_BAR: Bar = { atMost: 20 };
const ZONE_BAR: Bar = { atMost: 150 };
const TEXT_BAR: Bar = { atMost: 100 };
const SORTS = ['activity', 'created', 'messages', 'tokens', 'cost', 'budget'] as const;
const DEPTHS = [0.5, 0.99];
const LIMIT = '100';
const MONTH_FROM = Date.UTC(2026, 9, 1);

type Query = Readonly<Record<string, string>>;

interface Question {
  readonly name: string;
  readonly route: string;
  readonly query?: Query;
  readonly bar?: Bar;
}

async function measure({ rounds, pick }: BenchContext): Promise<Measured> {
  const size = pick({
    full: { rows: 10_000_000, messages: 1_000_000 },
    quick: { rows: 100_000, messages: 10_000 },
  });
  return withCleanup(async (defer) => {
    const big = takeBigStore(size, defer);
    const server = await startApi(['--data', big.dataDir]);
    defer(server.stop);
    const time = async (url: string): Promise<readonly number[]> => {
      const [firstMs = 0] = (await timeRounds(2, () => read(url))).rounds.slice(-1);
      const asked = Math.max(MIN_ASKED, Math.min(MAX_ASKED, Math.round(pick(ROUND_MS) / firstMs)));
      const times: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        times.push(median((await timeRounds(asked, () => read(url))).rounds));
      }
      return times;
    };
    const trivial = await time(`${server.url}${TRIVIAL}`);
    const control: Control = { name: TRIVIAL, value: median(trivial) };
    const figures: Figure[] = [{ name: TRIVIAL, unit: 'ms', rounds: trivial }];
    const questions = [
      ...reports(big),
      ...(await lists(server.url, big)),
      ...(await searches(server.url)),
    ];
    for (const { name, route, query, bar } of questions) {
      const times = await time(urlOf(server.url, route, query));
      const bars = bar === undefined ? undefined : [bar];
      figures.push({ name, unit: 'ms', rounds: times, control, bars });
    }
    return {
      figures,
      notes: [
        `${size.rows.toLocaleString('en-US')} calls over 365 days, 200 agents and 8 models; ${size.messages.toLocaleString('en-US')} messages; pages of ${LIMIT}. The client is another process, asks one thing at a time over a kept connection, and reads each answer to its end; a round is the median of ${MIN_ASKED} to ${MAX_ASKED}.`,
        `${TRIVIAL} asks nothing of the store: what it takes is HTTP, Node and the client.`,
      ],
    };
  });
}

function reports({ from, to }: BigStore): Question[] {
  const year = rangeOf(from, to);
  const month = rangeOf(MONTH_FROM, to);
  // The last Sunday of October is in it: it begins at +2 h and ends at +1 h.
  const berlin = rangeOf(MONTH_FROM - 2 * HOUR_MS, to - HOUR_MS);
  const both = { group_by: 'model,agent' };
  const zone = { timezone: 'Europe/Berlin' };
  return [
    { name: '365 days, UTC', route: '/usage/daily', query: year, bar: UTC_BAR },
    {
      name: '365 days, Europe/Berlin',
      route: '/usage/daily',
      query: { ...year, ...zone },
      bar: ZONE_BAR,
    },
    {
      name: '365 days by model, Europe/Berlin',
      route: '/usage/daily',
      query: { ...year, ...zone, group_by: 'model' },
      bar: ZONE_BAR,
    },
    {
      name: '365 days by agent, UTC',
      route: '/usage/daily',
      query: { ...year, group_by: 'agent' },
    },
    {
      name: '365 days by agent, Europe/Berlin',
      route: '/usage/daily',
      query: { ...year, ...zone, group_by: 'agent' },
    },
    { name: 'the year by agent', route: '/usage/breakdown', query: { ...year, group_by: 'agent' } },
    {
      name: 'the year by model and agent',
      route: '/usage/breakdown',
      query: { ...year, ...both },
    },
    { name: 'bill of a month, UTC', route: '/usage/billing', query: month, bar: BILL_BAR },
    {
      name: 'bill of a month, Europe/Berlin',
      route: '/usage/billing',
      query: berlin,
      bar: BILL_BAR,
    },
    {
      name: 'a month by model and agent, UTC',
      route: '/usage/breakdown',
      query: { ...month, ...both },
      bar: BILL_BAR,
    },
    {
      name: 'a month by model and agent, Europe/Berlin',
      route: '/usage/breakdown',
      query: { ...berlin, ...both },
      bar: BILL_BAR,
    },
  ];
}

/** First pages, and pages behind a place that is deep in the list. */
async function lists(url: string, { rows, messages }: BigStore): Promise<Question[]> {
  const questions: Question[] = [];
  const ask = (name: string, route: string, query: Query = {}): void => {
    questions.push({ name, route, query: { ...query, limit: LIMIT }, bar: PAGE_BAR });
  };
  const readOne = (route: string, query: Query): Promise<Record<string, unknown>> =>
    getJson(urlOf(url, route, { ...query, limit: '1' }));

  ask('calls', '/usage/history');
  for (const share of DEPTHS) {
    const offset = `${Math.floor(rows * share)}`;
    const { next } = await readOne('/usage/history', { offset });
    ask(`calls behind ${percent(share)}`, '/usage/history', { cursor: String(next) });
  }
  for (const sort of SORTS) {
    ask(`threads by ${sort}`, '/threads', { sort });
    const { total } = await readOne('/threads', { sort });
    const offset = `${Math.floor(Number(total) / 2)}`;
    const { next } = await readOne('/threads', { sort, offset });
    ask(`threads by ${sort} behind half`, '/threads', { sort, cursor: String(next) });
  }
  ask('messages', '/messages');
  for (const share of DEPTHS) {
    const offset = `${Math.floor(messages * share)}`;
    const page = (await readOne('/messages', { offset })) as { messages?: { seq: number }[] };
    ask(`messages behind ${percent(share)}`, '/messages', {
      before_seq: `${page.messages?.[0]?.seq}`,
    });
  }
  ask('errors', '/errors');
  const { total } = await readOne('/errors', {});
  const { next } = await readOne('/errors', { offset: `${Math.floor(Number(total) / 2)}` });
  ask('errors behind half', '/errors', { cursor: String(next) });
  return questions;
}

/** A word that most of the newest messages hold, and one that only the newest does. */
async function searches(url: string): Promise<Question[]> {
  const { messages = [] } = (await getJson(urlOf(url, '/messages', { limit: '20' }))) as {
    messages?: readonly { payload: { text?: string } }[];
  };
  const texts = messages.map(({ payload }) => new Set((payload.text ?? '').split(' ')));
  const holding = (word: string): number => texts.filter((words) => words.has(word)).length;
  const words = [...new Set(texts.flatMap((text) => [...text]))];
  const byUse = words.toSorted((a, b) => holding(b) - holding(a));
  const asked = [
    ['a common word', byUse[0] ?? ''],
    ['a rare word', byUse.at(-1) ?? ''],
    ['no such word', 'qqqq'],
  ] as const;
  return asked.flatMap(([name, q]) => [
    {
      name: `messages with ${name}`,
      route: '/messages',
      query: { q, limit: LIMIT },
      bar: TEXT_BAR,
    },
    { name: `palette: ${name}`, route: '/search', query: { q }, bar: TEXT_BAR },
  ]);
}

function rangeOf(from: number, to: number): Query {
  // The contract's end is inclusive.
  return { start_time: formatInstant(from), end_time: formatInstant(to - 0.001) };
}

function urlOf(url: string, route: string, query: Query = {}): string {
  return `${url}/api/v1${route}?${new URLSearchParams({ ...query, organism: BIG_ORGANISM })}`;
}

/** @throws Error when the answer is not a good one */
async function read(url: string): Promise<void> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
