import path from 'node:path';

import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { DecodeCase } from '../decode/decode-case.ts';
import { dialledCases } from '../decode/dialled-cases.ts';
import { receivedCases } from '../decode/received-cases.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import { openIngest } from '../ingest-kit.ts';
import type { BenchContext, BenchSection } from '../section.ts';
import type { Spent } from '../stopwatch.ts';
import { measureSpent } from '../stopwatch.ts';

/** From the bytes of every kind of source to drafts, and on to the disk. */
export const section: BenchSection = {
  title: 'Decode and ingest by kind of source',
  minutes: 2,
  measure,
};

interface Round {
  readonly parse: Spent;
  readonly decode: Spent;
  readonly ingest: Spent;
}

async function measure({ rounds, pick }: BenchContext): Promise<Measured> {
  const count = pick({ full: 10_000, quick: 2000 });
  const figures: Figure[] = [];
  for (const each of [...receivedCases(count), ...dialledCases(count)]) {
    const results: Round[] = [];
    for (let round = 0; round < rounds; round += 1) results.push(await playRound(each));
    figures.push(...figuresOf(each, results));
  }
  return {
    figures,
    notes: [
      `${count.toLocaleString('en-US')} of each, in bodies of 512 as an exporter sends them; all times are of the processor, all threads of the server together, so that a rate is what one core carries.`,
      'The control is JSON.parse of the same bytes, for protobuf of the same request in JSON; ingest is decoding, validating, redacting, pricing, the journal on disk and the live picture.',
    ],
  };
}

function figuresOf({ name, unit, count, barPerSecond }: DecodeCase, rounds: Round[]): Figure[] {
  const rates = (part: keyof Round): number[] =>
    rounds.map((round) => (count / round[part].cpuMs) * 1000);
  const control = { name: 'JSON.parse', value: median(rates('parse')) };
  const common = { unit: `${unit}/s`, control };
  const bars = barPerSecond === undefined ? undefined : [{ atLeast: barPerSecond }];
  return [
    { ...common, name: `${name}: decode`, rounds: rates('decode') },
    { ...common, name: `${name}: decode and ingest`, rounds: rates('ingest'), bars },
  ];
}

function playRound(each: DecodeCase): Promise<Round> {
  return withCleanup(async (defer) => {
    const parse = await measureSpent(() => {
      for (const body of each.json ?? each.bodies) JSON.parse(body.toString());
    });
    let decoded = 0;
    const decode = await measureSpent(() =>
      takeAll(
        each,
        each.open(async (_organismId, { drafts }) => void (decoded += drafts.length)),
      ),
    );
    if (decoded < each.count / 10) throw new Error(`${each.name}: only ${decoded} drafts`);
    const kit = await openIngest(path.join(makeTempDir(defer), 'data'));
    const take = each.open((organismId, delivery) => kit.ingest(organismId, delivery));
    const ingest = await measureSpent(() => takeAll(each, take));
    await kit.close();
    return { parse, decode, ingest };
  });
}

async function takeAll(
  { bodies }: DecodeCase,
  take: (body: Buffer) => Promise<unknown>,
): Promise<void> {
  for (const body of bodies) await take(body);
}
