import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

import { machineSchema } from './machine.ts';

const FILE = path.join(import.meta.dirname, 'results.jsonl');

/** JSON has no NaN: a figure that could not be taken is null there. */
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const figureSchema = z.object({
  name: z.string(),
  unit: z.string(),
  rounds: z.array(number).readonly(),
  control: z.object({ name: z.string(), value: number }).optional(),
  bars: z
    .array(
      z.object({
        of: z.enum(['median', 'ratio']).optional(),
        atLeast: z.number().optional(),
        atMost: z.number().optional(),
      }),
    )
    .readonly()
    .optional(),
});

const sectionSchema = z.object({
  name: z.string(),
  title: z.string(),
  seconds: z.number(),
  /** Runnable processes over the last minute, when the section ended. */
  load: z.number(),
  figures: z.array(figureSchema).readonly(),
  notes: z.array(z.string()).readonly(),
});
export type SectionResult = z.infer<typeof sectionSchema>;

/** One line of bench/results.jsonl: one run, on one machine, of one commit. */
const runSchema = machineSchema.extend({ sections: z.array(sectionSchema) });
export type BenchRun = z.infer<typeof runSchema>;

/** @returns the file written to */
export function appendRun(run: BenchRun): string {
  appendFileSync(FILE, `${JSON.stringify(run)}\n`);
  return FILE;
}

/**
 * Every stored run, oldest first: the lines of several branches may stand in any order.
 * @throws Error naming the line that is none of ours
 */
export function readRuns(): readonly BenchRun[] {
  if (!existsSync(FILE)) return [];
  const lines = readFileSync(FILE, 'utf8').split('\n');
  const runs = lines.flatMap((line, i) => (line === '' ? [] : [parseRun(line, i + 1)]));
  return runs.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

function parseRun(line: string, lineNumber: number): BenchRun {
  try {
    return runSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new Error(`bench/results.jsonl line ${lineNumber} is no run of the bench`, { cause });
  }
}
