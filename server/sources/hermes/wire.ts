import { z } from 'zod';

import { anything, flag, number, record, text } from '../lenient.ts';

/** What a Hermes API server sends, read leniently: its versions differ, and every one adds fields. */

/** Epoch seconds on the wire, epoch milliseconds here. */
const seconds = z
  .number()
  .min(0)
  .max(8.64e12)
  .transform((value) => value * 1000)
  .nullish()
  .catch(null);

const tokenFields = {
  input_tokens: anything,
  output_tokens: anything,
  reasoning_tokens: anything,
  cache_read_tokens: anything,
};

export const runEventSchema = z.looseObject({
  event: z.string().min(1).max(200),
  timestamp: seconds,
  delta: text,
  text,
  tool: text,
  preview: text,
  duration: number,
  error: z.union([z.boolean(), z.string()]).nullish().catch(null),
  output: text,
  usage: record,
  description: text,
  goal: text,
  subagent_id: text,
  child_session_id: text,
  parent_id: text,
  task_index: number,
  model: text,
  status: text,
  summary: text,
  cost_usd: number,
  command: text,
  choices: z.array(z.string()).nullish().catch(null),
  request_id: text,
  ...tokenFields,
});
export type RunEvent = z.infer<typeof runEventSchema>;

export const runStatusSchema = z.looseObject({
  status: text,
  session_id: text,
  model: text,
  output: text,
  usage: record,
  error: text,
  updated_at: seconds,
  approval: runEventSchema.nullish().catch(null),
});
export type RunStatus = z.infer<typeof runStatusSchema>;

export const runStartedSchema = z.looseObject({
  run_id: z.string().min(1).max(128),
  status: text,
  replayed: flag,
});

const platformSchema = z
  .looseObject({ state: text, error_code: text, error_message: text, updated_at: text })
  .catch({});
export const healthSchema = z.looseObject({
  status: text,
  version: text,
  gateway_state: text,
  gateway_busy: flag,
  readiness: z.looseObject({ status: text }).nullish().catch(null),
  platforms: z.record(z.string(), platformSchema).nullish().catch(null),
  active_agents: number,
  exit_reason: text,
  pid: number,
});
export type Health = z.infer<typeof healthSchema>;

export const modelsSchema = z.looseObject({
  data: z.array(z.looseObject({ id: z.string().min(1) })).catch([]),
});

export const capabilitiesSchema = z.looseObject({ features: record, model: text });

export const jobSchema = z.looseObject({
  id: z.string().min(1).max(200),
  name: text,
  schedule_display: text,
  state: text,
  enabled: flag,
  repeat: z.looseObject({ times: number, completed: number }).nullish().catch(null),
  next_run_at: text,
  last_run_at: text,
  last_status: text,
  last_error: text,
  last_delivery_error: text,
});
export type Job = z.infer<typeof jobSchema>;
export const jobsSchema = z.looseObject({ jobs: z.array(z.unknown()) });

export const sessionSchema = z.looseObject({
  id: z.string().min(1).max(256),
  source: text,
  model: text,
  title: text,
  started_at: seconds,
  last_active: seconds,
  message_count: number,
  estimated_cost_usd: number,
  actual_cost_usd: number,
  ...tokenFields,
});
export type HermesSession = z.infer<typeof sessionSchema>;

export const sessionMessageSchema = z.looseObject({
  id: z.number().int().min(0),
  role: z.string().min(1),
  content: anything,
  tool_calls: anything,
  tool_name: text,
  tool_call_id: text,
  timestamp: seconds,
  finish_reason: text,
});
export type SessionMessage = z.infer<typeof sessionMessageSchema>;

export const listSchema = z.looseObject({ data: z.array(z.unknown()), has_more: flag });
