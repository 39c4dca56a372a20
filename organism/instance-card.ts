import { z } from 'zod';

/**
 * What an instance of Hermes says of itself, as the configuration of its organism: written by the
 * source, read by the page that shows its runs.
 */

/** What an instance takes for the id of a run, and no more than a path may carry. */
export const RUN_ID = /^[\w-]{1,128}$/;

const text = z.string().nullish();
const count = z.number().nullish();

const approvalSchema = z.object({
  command: z.string(),
  description: z.string(),
  /** Words the upstream takes as an answer. */
  choices: z.array(z.string()),
  requestId: z.string().nullable(),
});
export type Approval = z.infer<typeof approvalSchema>;

const runSchema = z.object({
  runId: z.string(),
  threadId: z.string(),
  /** What it waits to be allowed. */
  approval: approvalSchema.nullable(),
});
export type OpenRunCard = z.infer<typeof runSchema>;

const jobSchema = z.object({
  id: z.string(),
  name: text,
  schedule: text,
  state: text,
  nextRunAt: text,
  lastRunAt: text,
  lastStatus: text,
  lastError: text,
  times: count,
  completed: count,
});
export type JobCard = z.infer<typeof jobSchema>;

const instanceCardSchema = z.object({
  gatewayState: text,
  version: text,
  pid: count,
  activeAgents: count,
  readiness: text,
  runSlots: z.object({ used: z.number(), of: z.number() }),
  runs: z.array(runSchema),
  features: z.array(z.string()),
  platforms: z.record(z.string(), z.string()),
  jobs: z.array(jobSchema),
});
export type InstanceCard = z.infer<typeof instanceCardSchema>;

/** Whether it is the configuration of an instance that works in runs. */
export function worksInRuns(config: Readonly<Record<string, unknown>> | null): boolean {
  return config !== null && 'runSlots' in config;
}

/** Null: the configuration is not of an instance that works in runs. */
export function readInstanceCard(
  config: Readonly<Record<string, unknown>> | null,
): InstanceCard | null {
  return worksInRuns(config) ? (instanceCardSchema.safeParse(config).data ?? null) : null;
}
